"""What an inquiry asks of other departments, and what customers were told."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inquiries", "0004_statuses_of_the_whole_life"),
        ("staff", "0003_general_manager"),
        ("tickets", "0009_departments_involved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceFactsTold",
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
                    "facts",
                    models.JSONField(help_text="What was chosen, by name of the fact."),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_facts_told",
                        to="inquiries.inquiry",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "service facts told",
                "verbose_name_plural": "service facts told",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="ClauseExplanation",
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
                    "clauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("term", "Rental term"),
                                ("damage", "Compensation for damage"),
                                ("early_return", "Early return"),
                                ("other", "Another clause"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                (
                    "not_asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("term", "Rental term"),
                                ("damage", "Compensation for damage"),
                                ("early_return", "Early return"),
                                ("other", "Another clause"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                (
                    "examples",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                (
                    "prices",
                    models.CharField(
                        blank=True,
                        help_text="Fingerprint of the prices used.",
                        max_length=80,
                    ),
                ),
                (
                    "understood",
                    models.BooleanField(
                        help_text="Empty: the customer has not said yet.",
                        null=True,
                        verbose_name="understood",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clause_explanations",
                        to="inquiries.inquiry",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "explanation of clauses",
                "verbose_name_plural": "explanations of clauses",
                "ordering": ("at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("clauses__len", 0), ("message", None)),
                            models.Q(
                                ("clauses__len__gt", 0), ("message__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="clause_explanation_sent",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractRequest",
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
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("client_token", models.UUIDField(null=True)),
                (
                    "clause",
                    models.CharField(
                        choices=[
                            ("term", "Rental term"),
                            ("damage", "Compensation for damage"),
                            ("early_return", "Early return"),
                            ("other", "Another clause"),
                        ],
                        max_length=20,
                        verbose_name="clause",
                    ),
                ),
                ("wish", models.TextField(verbose_name="what the customer wishes")),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("recorded", "Recorded"),
                            ("forwarded", "With contract management"),
                            ("decided", "Decided, customer not told"),
                            ("told", "Customer told"),
                        ],
                        default="recorded",
                        max_length=20,
                    ),
                ),
                ("forwarded_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("partly", "Partly granted"),
                            ("refused", "Refused"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "decision_text",
                    models.TextField(
                        blank=True, verbose_name="answer for the customer"
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.department",
                    ),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contract_requests",
                        to="inquiries.inquiry",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: the customer.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "told_with",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "contract change request",
                "verbose_name_plural": "contract change requests",
                "ordering": ("recorded_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["recorded", "forwarded", "decided", "told"])
                        ),
                        name="contract_request_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("clause__in", ["term", "damage", "early_return", "other"])
                        ),
                        name="contract_request_clause_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision__in", ["granted", "partly", "refused"]),
                                models.Q(("decision_text", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="contract_request_decided_with_an_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "told"), _negated=True),
                            models.Q(
                                ("told_at__isnull", False),
                                ("told_with__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="contract_request_told_with_proof",
                    ),
                    models.UniqueConstraint(
                        fields=("inquiry", "client_token"),
                        name="contract_request_asked_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RepairRequest",
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
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("client_token", models.UUIDField(null=True)),
                ("device", models.CharField(max_length=120, verbose_name="device")),
                ("fault", models.TextField(verbose_name="what is wrong")),
                (
                    "urgency",
                    models.CharField(
                        choices=[("normal", "Normal"), ("urgent", "Urgent")],
                        max_length=10,
                    ),
                ),
                (
                    "urgency_reason",
                    models.TextField(blank=True, verbose_name="why it is urgent"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reported", "Reported"),
                            ("contacted", "Customer contacted"),
                            ("on_site", "On site"),
                            ("finished", "Finished"),
                        ],
                        default="reported",
                        max_length=20,
                    ),
                ),
                ("contact_at", models.DateTimeField(null=True)),
                ("contact_note", models.TextField(blank=True)),
                ("on_site_at", models.DateTimeField(null=True)),
                (
                    "place",
                    models.CharField(blank=True, max_length=120, verbose_name="place"),
                ),
                ("result", models.TextField(blank=True, verbose_name="result")),
                (
                    "downtime_hours",
                    models.DecimalField(
                        decimal_places=1,
                        max_digits=6,
                        null=True,
                        verbose_name="hours out of use",
                    ),
                ),
                (
                    "lease_days",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="days of the lease"
                    ),
                ),
                (
                    "compensation",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="compensation for downtime",
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "contact_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.department",
                    ),
                ),
                (
                    "finished_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repair_requests",
                        to="inquiries.inquiry",
                    ),
                ),
                (
                    "on_site_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: the customer.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "repair request",
                "verbose_name_plural": "repair requests",
                "ordering": ("recorded_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["reported", "contacted", "on_site", "finished"],
                            )
                        ),
                        name="repair_request_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("urgency", "normal"),
                            models.Q(
                                ("urgency", "urgent"),
                                models.Q(("urgency_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="repair_request_urgent_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "reported"),
                            ("contact_at__isnull", False),
                            _connector="OR",
                        ),
                        name="repair_request_contacted_before_the_rest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "finished"), _negated=True),
                            models.Q(
                                ("finished_at__isnull", False),
                                models.Q(("result", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="repair_request_finished_with_result",
                    ),
                    models.UniqueConstraint(
                        fields=("inquiry", "client_token"),
                        name="repair_request_asked_once",
                    ),
                ],
            },
        ),
    ]
