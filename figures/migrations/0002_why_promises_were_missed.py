"""Why each missed promise was missed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0001_figures_by_the_hour"),
        ("sla", "0016_newest_notices_of_a_person"),
        ("staff", "0006_presence_is_append_only"),
        ("tickets", "0018_lines_of_a_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Breach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="deadline")),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("ring", "Ringing"),
                            ("first_reply", "First reply"),
                            ("complex_notice", "Notice of verification"),
                            ("callback", "Callback"),
                            ("contract_forward", "Contract request forwarded"),
                            ("contract_result", "Contract result told"),
                            ("follow_up", "Follow-up message"),
                            ("delivery", "Delivery"),
                            ("repair_contact", "Technician's contact"),
                            ("repair_on_site", "Technician on site"),
                            ("acknowledgement", "Acknowledgement"),
                            ("handoff", "Hand-off"),
                            ("department_acceptance", "Department acceptance"),
                            ("investigation", "Investigation"),
                            ("proposal", "Proposal"),
                            ("customer_confirmation", "Customer confirmation"),
                            ("execution", "Execution"),
                            ("feedback", "Result feedback"),
                            ("return_visit", "Return visit"),
                            ("archive", "Archive"),
                            ("appeal", "Review"),
                            ("total", "Total resolution"),
                            ("legal_outer_limit", "Legal outer limit"),
                            ("privacy_request", "Privacy request"),
                            ("external_complaint", "External complaint"),
                        ],
                        max_length=40,
                        verbose_name="rule",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("nobody_on_duty", "Nobody on duty"),
                            ("all_at_capacity", "All at capacity"),
                            ("not_opened", "Not opened in time"),
                            ("holder_off_duty", "With a colleague who was off duty"),
                            ("not_answered", "Opened but not answered"),
                            ("not_done", "Opened but not done in time"),
                            ("department", "Waiting for a department"),
                            ("customer", "Waiting for the customer"),
                            ("deadline_moved", "Deadline was moved into the past"),
                            ("system", "A job of this product"),
                        ],
                        max_length=20,
                        verbose_name="cause",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("ended", models.BooleanField(default=False)),
                ("line_at", models.DateTimeField()),
                ("reckoned_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.channel",
                    ),
                ),
                (
                    "clock",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breach",
                        to="sla.clock",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.department",
                    ),
                ),
            ],
            options={
                "verbose_name": "explained breach",
                "verbose_name_plural": "explained breaches",
                "ordering": ("due_at", "pk"),
                "indexes": [
                    models.Index(fields=["due_at", "cause"], name="breach_in_time"),
                    models.Index(
                        condition=models.Q(("ended", False)),
                        fields=["due_at"],
                        name="breach_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cause__in",
                                [
                                    "nobody_on_duty",
                                    "all_at_capacity",
                                    "not_opened",
                                    "holder_off_duty",
                                    "not_answered",
                                    "not_done",
                                    "department",
                                    "customer",
                                    "deadline_moved",
                                    "system",
                                ],
                            )
                        ),
                        name="breach_cause_known",
                    )
                ],
            },
        ),
    ]
