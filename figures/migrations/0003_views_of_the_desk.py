"""Colleagues keep views of the desk, too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="savedview",
            name="saved_view_board_known",
        ),
        migrations.AlterField(
            model_name="savedview",
            name="board",
            field=models.CharField(
                choices=[
                    ("promises", "Promises"),
                    ("cases", "Cases and satisfaction"),
                    ("objections", "Objections"),
                    ("desk", "Desk"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("board__in", ["promises", "cases", "objections", "desk"])
                ),
                name="saved_view_board_known",
            ),
        ),
    ]
