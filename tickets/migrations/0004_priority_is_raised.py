"""The history knows that a ticket was put forward."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_lately_closed_first")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="verb",
            field=models.CharField(
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
                ],
                max_length=40,
            ),
        )
    ]
