"""Rules of frequency, preventive actions with their history, monthly reports."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objections", "0007_statuses_to_the_archive"),
        ("staff", "0003_general_manager"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FrequencyRule",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("model", "One subtype of one device model"),
                            ("share", "A subtype's share of the month"),
                            ("serial", "Findings about one unit"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "least",
                    models.PositiveSmallIntegerField(
                        help_text="Fewer objections never fire the rule. For a share it keeps a small month quiet: with 5, one of three objections (33 %) does not fire.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="least number",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="For one device model: how many days are looked back on.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="within days",
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="For a share: from how many percent of a calendar month's objections.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="percent of the month",
                    ),
                ),
                (
                    "due_working_days",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="By when the measure must be done.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="due in working days",
                    ),
                ),
                (
                    "check_after_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="The objections of as many days before and after are compared.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="effect checked after days",
                    ),
                ),
                (
                    "active",
                    models.BooleanField(
                        db_default=True, default=True, verbose_name="in use"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the head of the department that leads in these cases.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule of frequency",
                "verbose_name_plural": "rules of frequency",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="MonthlyReport",
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
                    "month",
                    models.DateField(
                        help_text="Its first day, in Shanghai.",
                        unique=True,
                        verbose_name="month",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("content", models.JSONField(verbose_name="figures")),
            ],
            options={
                "verbose_name": "monthly report on objections",
                "verbose_name_plural": "monthly reports on objections",
                "ordering": ("-month",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="monthly_report_on_the_first",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreventiveAction",
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
                    "number",
                    models.CharField(max_length=20, unique=True, verbose_name="number"),
                ),
                (
                    "month",
                    models.DateField(
                        blank=True,
                        help_text="The month whose report it comes from, as its first day.",
                        null=True,
                        verbose_name="month of the report",
                    ),
                ),
                ("pattern", models.CharField(editable=False, max_length=140)),
                (
                    "device_model",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="device model"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "To be planned"),
                            ("under_way", "Under way"),
                            ("done", "Done, effect to be checked"),
                            ("effective", "Effective"),
                            ("not_effective", "Not effective"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=14,
                        verbose_name="status",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "check_after_days",
                    models.PositiveSmallIntegerField(
                        default=60, verbose_name="effect checked after days"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("measure", models.TextField(blank=True, verbose_name="measure")),
                (
                    "done_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="done"),
                ),
                (
                    "done_text",
                    models.TextField(blank=True, verbose_name="what was done"),
                ),
                (
                    "check_due_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="effect check due"
                    ),
                ),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "count_before",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="before"
                    ),
                ),
                (
                    "count_after",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="after"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="ended"),
                ),
                (
                    "ended_text",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="why it ended"
                    ),
                ),
                ("client_token", models.UUIDField(blank=True, null=True, unique=True)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="objections.preventiveaction",
                        verbose_name="follows",
                    ),
                ),
                (
                    "objections",
                    models.ManyToManyField(
                        related_name="preventive_actions",
                        to="objections.objection",
                        verbose_name="objections",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preventive_actions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: somebody opened it by hand.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objections.frequencyrule",
                        verbose_name="rule",
                    ),
                ),
                (
                    "subtype",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="objections.subtype",
                        verbose_name="subtype",
                    ),
                ),
            ],
            options={
                "verbose_name": "preventive action",
                "verbose_name_plural": "preventive actions",
                "ordering": ("-opened_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ActionRecord",
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
                ("step", models.CharField(max_length=10)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="objections.preventiveaction",
                    ),
                ),
            ],
            options={
                "verbose_name": "record of a preventive action",
                "verbose_name_plural": "records of preventive actions",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="frequencyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("days__isnull", False), ("kind", "model"), ("percent", None)
                    ),
                    models.Q(
                        ("days", None), ("kind", "share"), ("percent__isnull", False)
                    ),
                    models.Q(("days", None), ("kind", "serial"), ("percent", None)),
                    _connector="OR",
                ),
                name="frequency_rule_says_what_its_kind_needs",
                violation_error_message="A device model needs days, a share needs percent, a unit neither.",
            ),
        ),
        migrations.AddConstraint(
            model_name="frequencyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("least__gte", 1)),
                name="frequency_rule_counts_something",
            ),
        ),
        migrations.AddIndex(
            model_name="preventiveaction",
            index=models.Index(
                condition=models.Q(("status__in", ["open", "under_way"])),
                fields=["due_at"],
                name="preventive_action_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="preventiveaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["done", "open", "under_way"])),
                fields=("pattern",),
                name="preventive_action_one_standing_per_pattern",
            ),
        ),
        migrations.AddConstraint(
            model_name="preventiveaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "open",
                            "under_way",
                            "done",
                            "effective",
                            "not_effective",
                            "cancelled",
                        ],
                    )
                ),
                name="preventive_action_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="preventiveaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None),
                        ("ended_text", ""),
                        ("status__in", ["done", "open", "under_way"]),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        models.Q(
                            ("status__in", ["done", "open", "under_way"]), _negated=True
                        ),
                    ),
                    _connector="OR",
                ),
                name="preventive_action_ended_with_its_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="preventiveaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("check_due_at", None), ("done_at", None), ("done_text", "")
                    ),
                    models.Q(
                        ("check_due_at__isnull", False),
                        ("done_at__isnull", False),
                        models.Q(("done_text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="preventive_action_done_says_what",
            ),
        ),
    ]
