"""A rule of a draft runs beside the live one; what it saw is never changed."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE FUNCTION sla_shadowrecord_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'shadow_record_append_only: what was seen is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shadow_record_append_only BEFORE UPDATE OR DELETE ON sla_shadowrecord
    FOR EACH ROW EXECUTE FUNCTION sla_shadowrecord_refuse();
"""
DROP = """
DROP TRIGGER shadow_record_append_only ON sla_shadowrecord;
DROP FUNCTION sla_shadowrecord_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0017_goals_of_promises"),
        ("tickets", "0015_files_come_in_parts_and_are_scanned"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ShadowRecord",
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
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("due_at", models.DateTimeField(verbose_name="deadline")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("met", "Kept"),
                            ("missed", "Missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("would_be_due_at", models.DateTimeField()),
                (
                    "would_be",
                    models.CharField(
                        choices=[
                            ("met", "Kept"),
                            ("missed", "Missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("flagged", models.BooleanField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "shadow record",
                "verbose_name_plural": "shadow records",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ShadowRun",
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
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="days"
                    ),
                ),
                ("version_number", models.PositiveIntegerField(verbose_name="version")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
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
                        verbose_name="metric",
                    ),
                ),
                (
                    "budget",
                    models.DurationField(blank=True, null=True, verbose_name="limit"),
                ),
                (
                    "compare",
                    models.CharField(
                        choices=[
                            ("le", "up to and including the deadline"),
                            ("lt", "strictly before the deadline"),
                        ],
                        max_length=2,
                        verbose_name="comparison",
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="switched on")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("switched_off", "Switched off"),
                            ("published", "The draft was published"),
                            ("discarded", "The draft was discarded"),
                        ],
                        max_length=20,
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "shadow run",
                "verbose_name_plural": "shadow runs",
                "ordering": ("-began_at",),
            },
        ),
        migrations.AddIndex(
            model_name="clock",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["started_at"], name="clock_began"
            ),
        ),
        migrations.AddField(
            model_name="shadowrecord",
            name="clock",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.clock",
            ),
        ),
        migrations.AddField(
            model_name="shadowrun",
            name="began_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="shadowrun",
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
            model_name="shadowrun",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="shadowrun",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.policy",
            ),
        ),
        migrations.AddField(
            model_name="shadowrun",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="shadows",
                to="sla.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="shadowrecord",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="sla.shadowrun",
            ),
        ),
        migrations.AddIndex(
            model_name="shadowrun",
            index=models.Index(
                condition=models.Q(("finished_at", None)),
                fields=["began_at"],
                name="shadow_run_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("version", "code"),
                name="shadow_run_one_per_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("end", ""),
                        ("ended_at", None),
                        ("ended_by", None),
                        ("finished_at", None),
                    ),
                    models.Q(
                        ("ended_at__gte", models.F("began_at")),
                        ("ended_by__isnull", False),
                        models.Q(("end", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="shadow_run_ends_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowrun",
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
                name="shadow_run_limit_fits_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowrecord",
            constraint=models.UniqueConstraint(
                fields=("run", "clock"), name="shadow_record_once_per_clock"
            ),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
