"""An approval and an action that is done name who gave or did it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("objections", "0008_preventive_actions"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "approver__in",
                        [
                            "agent",
                            "supervisor",
                            "manager",
                            "department_head",
                            "finance",
                            "general_manager",
                        ],
                    )
                ),
                name="approval_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None)),
                    models.Q(
                        ("decided_at__isnull", False), ("decided_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="approval_given_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="resolutionaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("done_by", None)),
                    models.Q(
                        ("done_at__isnull", False),
                        ("done_by__isnull", False),
                        ("ended_at", None),
                    ),
                    _connector="OR",
                ),
                name="resolution_action_done_by_somebody_or_ended",
            ),
        ),
    ]
