"""A general manager, to whom the last rung of a ladder leads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("staff", "0002_administrators_run_the_back_office"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="user",
            name="user_role_known",
        ),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(
                choices=[
                    ("agent", "Agent"),
                    ("supervisor", "Supervisor"),
                    ("manager", "Manager"),
                    ("general_manager", "General manager"),
                    ("administrator", "Administrator"),
                    ("department_handler", "Department handler"),
                ],
                max_length=30,
                verbose_name="role",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "agent",
                            "supervisor",
                            "manager",
                            "general_manager",
                            "administrator",
                            "department_handler",
                        ],
                    )
                ),
                name="user_role_known",
            ),
        ),
    ]
