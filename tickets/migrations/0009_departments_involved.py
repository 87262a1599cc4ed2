"""Departments of which something is asked on a ticket see it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_a_wrong_topic_is_removed")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="involved",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                db_default=[],
                default=list,
                editable=False,
                help_text="Keys of departments of which something is asked here.",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="verb",
            field=models.CharField(
                max_length=40,
                choices=[
                    ("asked", "Customer asked"),
                    ("customer_wrote", "Customer wrote"),
                    ("greeted_automatically", "Automatic greeting sent"),
                    ("greeted", "Greeting sent"),
                    ("replied", "Reply sent"),
                    ("noted", "Note written"),
                    ("taken", "Taken"),
                    ("assigned", "Assigned"),
                    ("closed", "Finished"),
                    ("reopened", "Reopened"),
                    ("breach_acknowledged", "Breach acknowledged"),
                    ("priority_raised", "Priority raised"),
                    ("topic_added", "Topic added"),
                    ("topic_answered", "Topic answered"),
                    ("topic_removed", "Wrong topic removed"),
                    ("question_clear", "Question understood"),
                    ("checking_announced", "Told that the question needs checking"),
                    ("callback_tried", "Callback tried, nobody reached"),
                    ("callback_done", "Called back"),
                    ("contact_revealed", "Contact revealed"),
                    ("devices_recommended", "Devices recommended"),
                    ("device_chosen", "Customer chose a device"),
                    ("quoted", "Quotation sent"),
                    ("clauses_explained", "Contract clauses explained"),
                    ("contract_change_asked", "Contract change asked for"),
                    ("contract_forwarded", "Sent to contract management"),
                    ("contract_decided", "Contract management decided"),
                    ("contract_result_told", "Contract result told"),
                    ("service_facts_told", "Delivery and service explained"),
                    ("fault_reported", "Fault reported"),
                    ("technician_contacted", "Technician contacted the customer"),
                    ("technician_on_site", "Technician on site"),
                    ("fault_fixed", "Fault dealt with"),
                    ("closing_asked", "Closing question asked"),
                    ("customer_left", "Customer left"),
                    ("followed_up", "Follow-up sent"),
                    ("follow_up_not_sent", "Follow-up not sent"),
                    ("phrase_allowed", "Forbidden phrase allowed"),
                    ("abandoned", "Customer gave up waiting"),
                    ("missed", "Call missed"),
                    ("merged", "Merged"),
                    ("unmerged", "Merge undone"),
                    ("linked", "Linked"),
                    ("unlinked", "Link removed"),
                ],
            ),
        ),
    ]
