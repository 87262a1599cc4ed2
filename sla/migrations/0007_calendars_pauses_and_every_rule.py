"""Calendars, versions with drafts, pauses, and a rule's code beside its metric."""

import datetime as dt

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

RENAME = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE sla_target SET code = metric, metric = 'first_reply';
UPDATE sla_clock SET metric = 'first_reply', promised_at = started_at;
SET CONSTRAINTS ALL DEFERRED;
"""
BACK = """
UPDATE sla_clock SET metric = 'IN_FIRST_REPLY';
UPDATE sla_target SET metric = code;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0006_a_line_belongs_to_a_clock"),
        ("tickets", "0003_lately_closed_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
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
                (
                    "name_zh",
                    models.CharField(max_length=80, verbose_name="Chinese name"),
                ),
                (
                    "name_en",
                    models.CharField(max_length=80, verbose_name="English name"),
                ),
                (
                    "code",
                    models.SlugField(max_length=40, unique=True, verbose_name="code"),
                ),
            ],
            options={
                "verbose_name": "calendar",
                "verbose_name_plural": "calendars",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
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
                ("date", models.DateField(verbose_name="date")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("holiday", "Holiday"),
                            ("adjusted_workday", "Adjusted workday"),
                            ("special", "Special day"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, max_length=40, verbose_name="name"),
                ),
                (
                    "intervals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.PositiveIntegerField(), size=2
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="hours",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a calendar",
                "verbose_name_plural": "days of a calendar",
                "ordering": ("date",),
            },
        ),
        migrations.CreateModel(
            name="CalendarVersion",
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
                ("number", models.PositiveIntegerField(verbose_name="version")),
                (
                    "published_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="published"
                    ),
                ),
                (
                    "effective_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="effective from"
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note"),
                ),
                ("timezone", models.CharField(max_length=40, verbose_name="time zone")),
                (
                    "working_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        help_text="0 is Monday.",
                        size=None,
                        verbose_name="working weekdays",
                    ),
                ),
                (
                    "years",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        null=True,
                        size=None,
                        verbose_name="years with holidays",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar version",
                "verbose_name_plural": "calendar versions",
                "ordering": ("-number",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OpeningHours",
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
                (
                    "pattern",
                    models.CharField(
                        choices=[
                            ("monday", "Monday"),
                            ("tuesday", "Tuesday"),
                            ("wednesday", "Wednesday"),
                            ("thursday", "Thursday"),
                            ("friday", "Friday"),
                            ("saturday", "Saturday"),
                            ("sunday", "Sunday"),
                            ("holiday", "Holiday"),
                            ("adjusted_workday", "Adjusted workday"),
                        ],
                        max_length=20,
                        verbose_name="day",
                    ),
                ),
                (
                    "intervals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.PositiveIntegerField(), size=2
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="hours",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
            },
        ),
        migrations.CreateModel(
            name="Pause",
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
                ("number", models.PositiveSmallIntegerField()),
                ("paused_at", models.DateTimeField(verbose_name="paused")),
                (
                    "resumes_at",
                    models.DateTimeField(
                        help_text="When the longest time allowed for this reason is over.",
                        null=True,
                        verbose_name="resumes by itself",
                    ),
                ),
                ("resumed_at", models.DateTimeField(null=True, verbose_name="resumed")),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="PauseRule",
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
                (
                    "name_zh",
                    models.CharField(max_length=80, verbose_name="Chinese name"),
                ),
                (
                    "name_en",
                    models.CharField(max_length=80, verbose_name="English name"),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                (
                    "metrics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                                ("total", "Total resolution"),
                                ("legal_outer_limit", "Legal outer limit"),
                                ("privacy_request", "Privacy request"),
                                ("external_complaint", "External complaint"),
                            ],
                            max_length=40,
                        ),
                        size=None,
                        verbose_name="metrics",
                    ),
                ),
                (
                    "clauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        size=None,
                        verbose_name="clauses",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("SEED", "Written in the policy"),
                            ("INFERRED", "Our default where the policy is silent"),
                            ("LAW", "Law"),
                            ("PLATFORM", "Platform rule"),
                        ],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("wall", "by the clock"),
                            ("business", "in opening hours"),
                            ("working_days", "in working days"),
                            ("calendar_days", "in calendar days"),
                        ],
                        default="wall",
                        max_length=20,
                        verbose_name="unit",
                    ),
                ),
                (
                    "limit",
                    models.DurationField(blank=True, null=True, verbose_name="at most"),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="days"
                    ),
                ),
            ],
            options={
                "verbose_name": "pause rule",
                "verbose_name_plural": "pause rules",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Rollout",
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
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "finished_at",
                    models.DateTimeField(null=True, verbose_name="finished"),
                ),
                (
                    "examined",
                    models.PositiveIntegerField(default=0, verbose_name="examined"),
                ),
                (
                    "gained",
                    models.PositiveIntegerField(
                        default=0, verbose_name="got more time"
                    ),
                ),
                (
                    "lost",
                    models.PositiveIntegerField(
                        default=0, verbose_name="got less time"
                    ),
                ),
                (
                    "late_at_once",
                    models.PositiveIntegerField(default=0, verbose_name="late at once"),
                ),
            ],
            options={
                "verbose_name": "rollout",
                "verbose_name_plural": "rollouts",
                "ordering": ("-asked_at",),
            },
        ),
        migrations.AlterModelOptions(
            name="target",
            options={
                "ordering": ("position", "pk"),
                "verbose_name": "promise",
                "verbose_name_plural": "promises",
            },
        ),
        migrations.RemoveConstraint(
            model_name="clock",
            name="clock_one_per_cycle",
        ),
        migrations.RemoveConstraint(
            model_name="clock",
            name="clock_over_or_waiting",
        ),
        migrations.RemoveConstraint(
            model_name="clock",
            name="clock_late_is_never_met",
        ),
        migrations.RemoveConstraint(
            model_name="escalationstep",
            name="escalation_step_once",
        ),
        migrations.RemoveConstraint(
            model_name="escalationstep",
            name="escalation_first_step_at_breach",
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_once",
        ),
        migrations.RemoveConstraint(
            model_name="target",
            name="target_one_per_metric",
        ),
        migrations.RemoveConstraint(
            model_name="target",
            name="target_budget_positive",
        ),
        migrations.RemoveIndex(
            model_name="notification",
            name="notification_open",
        ),
        migrations.AddField(
            model_name="clock",
            name="breach_step",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="clock",
            name="continues",
            field=models.ForeignKey(
                db_index=False,
                help_text="The clock of an earlier cycle whose remaining time this one has.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.clock",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="facts",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="clock",
            name="flagged",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Reckoned with a year whose holidays were not loaded.",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="promised_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="clock",
            name="revoked_at",
            field=models.DateTimeField(
                help_text="When a trusted source proved that the promise was kept.",
                null=True,
                verbose_name="breach revoked",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="set_aside_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="subject",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Which of several: a department, a request, an action.",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="clockevent",
            name="detail",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="action",
            field=models.CharField(
                choices=[
                    ("notify", "Notify"),
                    ("reassign", "Hand the case to them"),
                    ("raise_priority", "Raise the priority"),
                ],
                default="notify",
                max_length=20,
                verbose_name="action",
            ),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="by_mail",
            field=models.BooleanField(default=False, verbose_name="also by mail"),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="days",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="days"
            ),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="target",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="own_ladder",
                to="sla.target",
            ),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="unit",
            field=models.CharField(
                choices=[
                    ("wall", "by the clock"),
                    ("business", "in opening hours"),
                    ("working_days", "in working days"),
                    ("calendar_days", "in calendar days"),
                ],
                default="wall",
                max_length=20,
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="claimed_total",
            field=models.BigIntegerField(
                default=0,
                help_text="Steps of clocks that detectors have taken, in total.",
            ),
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="lag_counts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="How many lags fell into each bucket of the histogram.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="lag_sum_ms",
            field=models.FloatField(default=0, help_text="All lags added up."),
        ),
        migrations.AddField(
            model_name="notification",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="notification",
            name="failed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="leased_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="medium",
            field=models.CharField(
                choices=[("in_app", "In the product"), ("mail", "Mail")],
                default="in_app",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="more",
            field=models.PositiveIntegerField(
                default=0, help_text="How many further events this notice stands for."
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="retry_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="target",
            name="code",
            field=models.CharField(default="", max_length=40, verbose_name="rule"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="target",
            name="conditions",
            field=models.JSONField(blank=True, default=dict, verbose_name="conditions"),
        ),
        migrations.AddField(
            model_name="target",
            name="continues_on_reopen",
            field=models.BooleanField(
                default=False,
                help_text="Whether a reopened case keeps this clock or gets a new one.",
                verbose_name="continues when reopened",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="days",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="days"
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="note",
            field=models.CharField(blank=True, max_length=200, verbose_name="note"),
        ),
        migrations.AddField(
            model_name="target",
            name="position",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="position"),
        ),
        migrations.AddField(
            model_name="target",
            name="unit",
            field=models.CharField(
                choices=[
                    ("wall", "by the clock"),
                    ("business", "in opening hours"),
                    ("working_days", "in working days"),
                    ("calendar_days", "in calendar days"),
                ],
                default="wall",
                max_length=20,
                verbose_name="unit",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="metric",
            field=models.CharField(
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
                    ("total", "Total resolution"),
                    ("legal_outer_limit", "Legal outer limit"),
                    ("privacy_request", "Privacy request"),
                    ("external_complaint", "External complaint"),
                ],
                max_length=40,
                verbose_name="rule",
            ),
        ),
        migrations.AlterField(
            model_name="clockevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("activate", "Clock started"),
                    ("warning", "Deadline near"),
                    ("breach", "Deadline missed"),
                    ("escalate", "Escalated"),
                    ("pause", "Clock paused"),
                    ("resume", "Clock resumed"),
                    ("recompute", "Deadline recomputed"),
                    ("fulfil", "Clock stopped"),
                    ("revoke", "Breach revoked"),
                    ("cancel", "Clock cancelled"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="escalationstep",
            name="after",
            field=models.DurationField(
                blank=True, null=True, verbose_name="after the deadline"
            ),
        ),
        migrations.AlterField(
            model_name="escalationstep",
            name="audience",
            field=models.CharField(
                choices=[
                    ("assignee", "Assignee"),
                    ("supervisor", "Supervisor"),
                    ("assignee_and_supervisor", "Assignee and supervisor"),
                    ("department_head", "Department head"),
                    ("manager", "Manager"),
                    ("manager_and_department_head", "Manager and department head"),
                    ("general_manager", "General manager"),
                ],
                max_length=40,
                verbose_name="audience",
            ),
        ),
        migrations.AlterField(
            model_name="escalationstep",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ladder",
                to="sla.policyversion",
            ),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="effective_from",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="effective from"
            ),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="published"),
        ),
        migrations.AlterField(
            model_name="target",
            name="budget",
            field=models.DurationField(blank=True, null=True, verbose_name="limit"),
        ),
        migrations.AlterField(
            model_name="target",
            name="clauses",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                size=None,
                verbose_name="clauses",
            ),
        ),
        migrations.AlterField(
            model_name="target",
            name="metric",
            field=models.CharField(
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
                    ("total", "Total resolution"),
                    ("legal_outer_limit", "Legal outer limit"),
                    ("privacy_request", "Privacy request"),
                    ("external_complaint", "External complaint"),
                ],
                max_length=40,
                verbose_name="metric",
            ),
        ),
        migrations.AlterField(
            model_name="target",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="targets",
                to="sla.policyversion",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("set_aside_at__isnull", False)),
                fields=["set_aside_at"],
                name="clock_set_aside",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("acknowledged_at", None), ("medium", "in_app")),
                fields=["recipient", "-created_at"],
                name="notification_open",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(
                    ("failed_at", None), ("medium", "mail"), ("sent_at", None)
                ),
                fields=["recipient", "id"],
                name="notification_to_send",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                fields=("ticket", "metric", "cycle", "subject"),
                name="clock_one_per_cycle",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("outcome", ""), ("status", "running"), ("stopped_at", None)
                    ),
                    models.Q(
                        ("outcome", ""),
                        ("status", "paused"),
                        ("stopped_at", None),
                        ("wake_at", None),
                    ),
                    models.Q(
                        ("status__in", ["stopped", "cancelled"]),
                        ("stopped_at__isnull", False),
                        ("wake_at", None),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="clock_over_or_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "met"), _negated=True),
                    models.Q(
                        ("stopped_at__lte", models.F("due_at")),
                        models.Q(
                            ("breached_at", None),
                            ("revoked_at__isnull", False),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="clock_late_is_never_met",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=("event", "recipient", "medium"), name="notification_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effective_from", None), ("published_at", None)),
                    models.Q(
                        ("effective_from__isnull", False),
                        ("published_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="policyversion_published_takes_effect",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at", None)),
                fields=("policy",),
                name="policy_version_one_draft",
            ),
        ),
        migrations.AddField(
            model_name="escalationstep",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.calendar",
                verbose_name="calendar",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.calendar",
                verbose_name="calendar",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationstep",
            constraint=models.UniqueConstraint(
                fields=("version", "target", "position"),
                name="escalation_step_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("unit", "wall"),
                        ("after__isnull", False),
                        ("days", None),
                        ("calendar", None),
                    ),
                    models.Q(
                        ("unit", "business"),
                        ("after__isnull", False),
                        ("days", None),
                        ("calendar__isnull", False),
                    ),
                    models.Q(
                        ("unit__in", ("working_days", "calendar_days")),
                        ("after", None),
                        ("days__gt", 0),
                        ("calendar__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="escalation_step_fits_unit",
            ),
        ),
        migrations.RunSQL(RENAME, BACK),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("version", "code"), name="target_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "metric__in",
                        [
                            "ring",
                            "first_reply",
                            "complex_notice",
                            "callback",
                            "contract_forward",
                            "contract_result",
                            "follow_up",
                            "delivery",
                            "repair_contact",
                            "repair_on_site",
                            "acknowledgement",
                            "handoff",
                            "department_acceptance",
                            "investigation",
                            "proposal",
                            "customer_confirmation",
                            "execution",
                            "feedback",
                            "return_visit",
                            "archive",
                            "total",
                            "legal_outer_limit",
                            "privacy_request",
                            "external_complaint",
                        ],
                    )
                ),
                name="target_metric_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("unit", "wall"),
                        ("budget__isnull", False),
                        ("days", None),
                        ("calendar", None),
                    ),
                    models.Q(
                        ("unit", "business"),
                        ("budget__isnull", False),
                        ("days", None),
                        ("calendar__isnull", False),
                    ),
                    models.Q(
                        ("unit__in", ("working_days", "calendar_days")),
                        ("budget", None),
                        ("days__gt", 0),
                        ("calendar__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="target_limit_fits_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("budget", None),
                    ("budget__gt", dt.timedelta(0)),
                    _connector="OR",
                ),
                name="target_budget_positive",
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="calendar",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="sla.calendar",
            ),
        ),
        migrations.AddField(
            model_name="calendarday",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="days",
                to="sla.calendarversion",
            ),
        ),
        migrations.AddField(
            model_name="openinghours",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hours",
                to="sla.calendarversion",
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="clock",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pauses",
                to="sla.clock",
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="paused_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="resumed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pauserule",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.calendar",
                verbose_name="calendar",
            ),
        ),
        migrations.AddField(
            model_name="pauserule",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pause_rules",
                to="sla.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pauses",
                to="sla.pauserule",
                verbose_name="reason",
            ),
        ),
        migrations.AddField(
            model_name="rollout",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rollout",
            name="policy_version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rollouts",
                to="sla.policyversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effective_from", None), ("published_at", None)),
                    models.Q(
                        ("effective_from__isnull", False),
                        ("published_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="calendarversion_published_takes_effect",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.UniqueConstraint(
                fields=("calendar", "number"), name="calendar_version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at", None)),
                fields=("calendar",),
                name="calendar_version_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.UniqueConstraint(
                fields=("version", "date"), name="calendar_day_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["holiday", "adjusted_workday", "special"])
                ),
                name="calendar_day_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="openinghours",
            constraint=models.UniqueConstraint(
                fields=("version", "pattern"), name="opening_hours_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="openinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "pattern__in",
                        [
                            "monday",
                            "tuesday",
                            "wednesday",
                            "thursday",
                            "friday",
                            "saturday",
                            "sunday",
                            "holiday",
                            "adjusted_workday",
                        ],
                    )
                ),
                name="opening_hours_pattern_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="pauserule",
            constraint=models.UniqueConstraint(
                fields=("version", "code"), name="pause_rule_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pauserule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("unit", "wall"),
                        ("limit__isnull", False),
                        ("days", None),
                        ("calendar", None),
                    ),
                    models.Q(
                        ("unit", "business"),
                        ("limit__isnull", False),
                        ("days", None),
                        ("calendar__isnull", False),
                    ),
                    models.Q(
                        ("unit__in", ("working_days", "calendar_days")),
                        ("limit", None),
                        ("days__gt", 0),
                        ("calendar__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="pause_rule_fits_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="pauserule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("limit", None),
                    ("limit__gt", dt.timedelta(0)),
                    _connector="OR",
                ),
                name="pause_rule_limit_positive",
            ),
        ),
        migrations.AddIndex(
            model_name="pause",
            index=models.Index(
                condition=models.Q(("resumed_at", None), ("resumes_at__isnull", False)),
                fields=["resumes_at"],
                name="pause_ends_by_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                fields=("clock", "number"), name="pause_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resumed_at", None)),
                fields=("clock",),
                name="pause_one_open_per_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resumed_at", None),
                    ("resumed_at__gte", models.F("paused_at")),
                    _connector="OR",
                ),
                name="pause_ends_after_it_began",
            ),
        ),
    ]
