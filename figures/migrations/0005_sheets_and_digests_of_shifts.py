"""What stands at the end of a shift; of a sheet only missing signatures are added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE FUNCTION figures_sheet_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.shift_id, OLD.day, OLD.since, OLD.until, OLD.made_at,
             OLD.content, OLD.hash)
            IS NOT DISTINCT FROM
            (NEW.id, NEW.shift_id, NEW.day, NEW.since, NEW.until, NEW.made_at,
             NEW.content, NEW.hash)
        AND (OLD.handed_at IS NULL
             OR (OLD.handed_by_id, OLD.handed_at, OLD.words)
                IS NOT DISTINCT FROM (NEW.handed_by_id, NEW.handed_at, NEW.words))
        AND (OLD.taken_at IS NULL
             OR (OLD.taken_by_id, OLD.taken_at)
                IS NOT DISTINCT FROM (NEW.taken_by_id, NEW.taken_at))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'shift_sheet_append_only: a handover sheet never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shift_sheet_append_only BEFORE UPDATE OR DELETE
    ON figures_shiftsheet FOR EACH ROW EXECUTE FUNCTION figures_sheet_keep();
CREATE FUNCTION figures_digest_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'shift_digest_append_only: a digest never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shift_digest_append_only BEFORE UPDATE OR DELETE
    ON figures_shiftdigest FOR EACH ROW EXECUTE FUNCTION figures_digest_refuse();
"""
LET_GO = """
DROP TRIGGER shift_digest_append_only ON figures_shiftdigest;
DROP FUNCTION figures_digest_refuse();
DROP TRIGGER shift_sheet_append_only ON figures_shiftsheet;
DROP FUNCTION figures_sheet_keep();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0004_exports_are_on_record"),
        ("staff", "0004_shifts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DigestByMail",
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
                ("since", models.DateTimeField()),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "wish for digests by mail",
                "verbose_name_plural": "wishes for digests by mail",
            },
        ),
        migrations.CreateModel(
            name="ShiftDigest",
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
                    models.DateField(
                        help_text="The local day on which the shift began.",
                        verbose_name="day",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="begins")),
                ("until", models.DateTimeField(verbose_name="ends")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="staff.shift",
                        verbose_name="shift",
                    ),
                ),
            ],
            options={
                "verbose_name": "digest of a shift",
                "verbose_name_plural": "digests of shifts",
                "ordering": ("-until", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="DigestCopy",
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
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("by_mail", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("retry_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "digest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="figures.shiftdigest",
                    ),
                ),
            ],
            options={
                "verbose_name": "copy of a digest",
                "verbose_name_plural": "copies of digests",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="ShiftSheet",
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
                    models.DateField(
                        help_text="The local day on which the shift began.",
                        verbose_name="day",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="begins")),
                ("until", models.DateTimeField(verbose_name="ends")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "words",
                    models.TextField(
                        blank=True, db_default="", default="", verbose_name="words"
                    ),
                ),
                (
                    "handed_at",
                    models.DateTimeField(null=True, verbose_name="handed over"),
                ),
                (
                    "taken_at",
                    models.DateTimeField(null=True, verbose_name="taken over"),
                ),
                (
                    "handed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handed over by",
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="staff.shift",
                        verbose_name="shift",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken over by",
                    ),
                ),
            ],
            options={
                "verbose_name": "handover sheet",
                "verbose_name_plural": "handover sheets",
                "ordering": ("-until", "-pk"),
            },
        ),
        migrations.AddIndex(
            model_name="shiftdigest",
            index=models.Index(fields=["-until", "-id"], name="shift_digest_newest"),
        ),
        migrations.AddConstraint(
            model_name="shiftdigest",
            constraint=models.UniqueConstraint(
                fields=("shift", "day"), name="shift_digest_once"
            ),
        ),
        migrations.AddIndex(
            model_name="digestcopy",
            index=models.Index(
                condition=models.Q(("read_at", None)),
                fields=["person", "-id"],
                name="digest_copy_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="digestcopy",
            index=models.Index(
                condition=models.Q(
                    ("by_mail", True), ("failed_at", None), ("sent_at", None)
                ),
                fields=["id"],
                name="digest_copy_to_send",
            ),
        ),
        migrations.AddConstraint(
            model_name="digestcopy",
            constraint=models.UniqueConstraint(
                fields=("digest", "person"), name="digest_copy_once"
            ),
        ),
        migrations.AddIndex(
            model_name="shiftsheet",
            index=models.Index(fields=["-until", "-id"], name="shift_sheet_newest"),
        ),
        migrations.AddConstraint(
            model_name="shiftsheet",
            constraint=models.UniqueConstraint(
                fields=("shift", "day"), name="shift_sheet_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shiftsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handed_at", None), ("handed_by", None), ("words", "")),
                    models.Q(
                        ("handed_at__isnull", False), ("handed_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="shift_sheet_words_are_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="shiftsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at", None), ("taken_by", None)),
                    models.Q(
                        ("handed_at__isnull", False),
                        ("taken_at__gte", models.F("handed_at")),
                        ("taken_by__isnull", False),
                        models.Q(("taken_by", models.F("handed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="shift_sheet_taken_by_another_afterwards",
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
