"""Who is on duty, and how many customers one can serve at once."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("staff", "0004_shifts"),
    ]

    operations = [
        migrations.CreateModel(
            name="PresenceLine",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("on_duty", "On duty"),
                            ("away", "Busy or away"),
                            ("off", "Off duty"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("said", "said so"),
                            ("signed_in", "signed in"),
                            ("signed_out", "signed out"),
                            ("unseen", "no page open any more"),
                            ("seen_again", "a page open again"),
                            ("changed", "role or capacity changed"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("role", models.CharField(max_length=30, verbose_name="role")),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="capacity")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "line of presence",
                "verbose_name_plural": "lines of presence",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="user",
            name="capacity",
            field=models.PositiveSmallIntegerField(
                db_default=5,
                default=5,
                help_text="How many waiting customers this person can serve at once.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="capacity",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="presence",
            field=models.CharField(
                choices=[
                    ("on_duty", "On duty"),
                    ("away", "Busy or away"),
                    ("off", "Off duty"),
                ],
                db_default="off",
                default="off",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="presence_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="seen_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("presence__in", ["on_duty", "away", "off"])),
                name="user_presence_known",
            ),
        ),
        migrations.AddField(
            model_name="presenceline",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="presence_lines",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="presenceline",
            index=models.Index(fields=["user", "-at", "-id"], name="presence_newest"),
        ),
        migrations.AddIndex(
            model_name="presenceline",
            index=models.Index(fields=["at"], name="presence_in_time"),
        ),
        migrations.AddConstraint(
            model_name="presenceline",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["on_duty", "away", "off"])),
                name="presence_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="presenceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "how__in",
                        [
                            "said",
                            "signed_in",
                            "signed_out",
                            "unseen",
                            "seen_again",
                            "changed",
                        ],
                    )
                ),
                name="presence_how_known",
            ),
        ),
    ]
