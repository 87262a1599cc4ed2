import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tickets.models.publication


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0005_verbs_of_the_whole_conversation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="address_kind",
            field=models.CharField(
                choices=[
                    ("phone", "Phone number"),
                    ("link", "Web address"),
                    ("mail", "Mail address"),
                    ("name", "Name to search for"),
                ],
                default="name",
                max_length=10,
                verbose_name="kind of address",
            ),
        ),
        migrations.AddField(
            model_name="channel",
            name="address",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The number, link or name that customers use; empty: not shown.",
                max_length=200,
                verbose_name="address",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("address_kind__in", ["phone", "link", "mail", "name"])
                ),
                name="channel_address_kind_known",
            ),
        ),
        migrations.CreateModel(
            name="Store",
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
                    models.SlugField(max_length=30, unique=True, verbose_name="code"),
                ),
                ("address", models.CharField(max_length=200, verbose_name="address")),
                (
                    "phone",
                    models.CharField(blank=True, max_length=30, verbose_name="phone"),
                ),
                (
                    "follows_holidays",
                    models.BooleanField(
                        default=False, verbose_name="has other hours on public holidays"
                    ),
                ),
                (
                    "active",
                    models.BooleanField(
                        default=True, verbose_name="receives customers"
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="position"
                    ),
                ),
            ],
            options={
                "verbose_name": "store",
                "verbose_name_plural": "stores",
                "ordering": ("position", "code"),
            },
        ),
        migrations.CreateModel(
            name="StoreHours",
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
                    "day",
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
                        verbose_name="hours",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours",
                        to="tickets.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "day"), name="store_hours_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "day__in",
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
                        name="store_hours_day_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="store",
            field=models.ForeignKey(
                blank=True,
                help_text="Where the customer stood (IN-13).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="tickets.store",
                verbose_name="store",
            ),
        ),
        migrations.CreateModel(
            name="PublicationPlace",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("website_home", "Website home page"),
                            ("wechat_menu", "WeChat menu"),
                            ("store", "Store"),
                            ("brochure", "Brochure"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("recheck_due_since", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="tickets.channel",
                        verbose_name="channel that it belongs to",
                    ),
                ),
                (
                    "store",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publication",
                        to="tickets.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "place of publication",
                "verbose_name_plural": "places of publication",
                "ordering": ("pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["website_home", "wechat_menu", "store", "brochure"],
                            )
                        ),
                        name="publication_place_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "store"), ("store__isnull", False)),
                            models.Q(
                                models.Q(("kind", "store"), _negated=True),
                                ("store", None),
                            ),
                            _connector="OR",
                        ),
                        name="publication_place_store_fits_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind__in", ["website_home", "wechat_menu"])
                        ),
                        fields=("kind",),
                        name="publication_place_one_home_and_menu",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicationCheck",
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
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("at", models.DateTimeField()),
                ("shows_all", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=500)),
                ("fingerprint", models.CharField(max_length=64)),
                ("link", models.CharField(blank=True, max_length=500)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("content_type", models.CharField(blank=True, max_length=60)),
                (
                    "file",
                    models.FileField(
                        blank=True, upload_to=tickets.models.publication.proof_path
                    ),
                ),
                ("client_token", models.UUIDField(blank=True, null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="tickets.publicationplace",
                    ),
                ),
            ],
            options={
                "verbose_name": "check of a publication",
                "verbose_name_plural": "checks of publications",
                "ordering": ("-at", "-pk"),
                "indexes": [
                    models.Index(
                        fields=["place", "-at"], name="publication_check_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("link", ""), _negated=True),
                            models.Q(("file", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="publication_check_has_proof",
                    )
                ],
            },
        ),
    ]
