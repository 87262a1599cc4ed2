"""A rollout counts the clocks that it could not reckon and goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0011_a_rollout_goes_on_where_it_stopped")]

    operations = [
        migrations.AddField(
            model_name="rollout",
            name="failed",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Clocks that kept what they had because something is wrong.",
                verbose_name="could not be reckoned",
            ),
        ),
    ]
