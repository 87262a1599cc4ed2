"""Advantages, drawbacks and cautions of a device for those who read English."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="cautions_en",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="cautions in use, in English",
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="cons_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=300,
                verbose_name="drawbacks in English",
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="pros_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=300,
                verbose_name="advantages in English",
            ),
        ),
        migrations.AddField(
            model_name="historicaldevice",
            name="cautions_en",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="cautions in use, in English",
            ),
        ),
        migrations.AddField(
            model_name="historicaldevice",
            name="cons_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=300,
                verbose_name="drawbacks in English",
            ),
        ),
        migrations.AddField(
            model_name="historicaldevice",
            name="pros_en",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=300,
                verbose_name="advantages in English",
            ),
        ),
    ]
