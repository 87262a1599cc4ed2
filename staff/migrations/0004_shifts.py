"""Shifts: whose hours of the day are whose."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_general_manager"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shift",
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
                    "begins",
                    models.PositiveSmallIntegerField(
                        help_text="The full hour of the local day, 0 to 23.",
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="begins",
                    ),
                ),
                (
                    "ends",
                    models.PositiveSmallIntegerField(
                        help_text="The full hour, 1 to 24; an hour at or before the beginning is on the next day.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(24),
                        ],
                        verbose_name="ends",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="position"
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "ordering": ("position", "begins", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("begins__lt", 24), ("ends__gte", 1), ("ends__lte", 24)
                        ),
                        name="shift_begins_and_ends_on_hours_of_the_day",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("active", True)),
                        expressions=[
                            (
                                models.Case(
                                    models.When(
                                        begins__lt=models.F("ends"),
                                        then=models.Func(
                                            models.Func(
                                                models.F("begins"),
                                                models.F("ends"),
                                                function="int4range",
                                                output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                                            ),
                                            function="int4multirange",
                                            output_field=models.TextField(),
                                        ),
                                    ),
                                    default=models.Func(
                                        models.Func(
                                            models.F("begins"),
                                            models.Value(24),
                                            function="int4range",
                                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                                        ),
                                        models.Func(
                                            models.Value(0),
                                            models.F("ends"),
                                            function="int4range",
                                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                                        ),
                                        function="int4multirange",
                                        output_field=models.TextField(),
                                    ),
                                ),
                                "&&",
                            )
                        ],
                        name="shift_one_in_use_for_each_hour",
                    ),
                ],
            },
        ),
    ]
