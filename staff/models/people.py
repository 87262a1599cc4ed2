"""People who answer, the departments they belong to, and their ways in."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from staff.models.presence import Presence


class Named(models.Model):
    """A row of the company's own data with a Chinese and an English name."""

    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_zh


class Department(Named):
    """A department that answers or investigates (OB-05)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    head = models.ForeignKey(
        "User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="heads",
        verbose_name=_("head"),
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("code",)


class Role(models.TextChoices):
    """What a person may do here (SH-06, OB-05)."""

    AGENT = "agent", _("Agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Manager")
    GENERAL_MANAGER = "general_manager", _("General manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    DEPARTMENT_HANDLER = "department_handler", _("Department handler")


SEES_EVERY_TICKET = frozenset(
    {
        Role.AGENT,
        Role.SUPERVISOR,
        Role.MANAGER,
        Role.GENERAL_MANAGER,
        Role.ADMINISTRATOR,
    }
)
SUPERVISES = frozenset(
    {Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER, Role.ADMINISTRATOR}
)
PUBLISHES = frozenset({Role.MANAGER, Role.GENERAL_MANAGER, Role.ADMINISTRATOR})
ANSWERS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.MANAGER})
RECEIVES = ANSWERS | {Role.ADMINISTRATOR}

# Who has not shown a sign of life for so long is not on duty any more.
UNSEEN_AFTER: Final = timedelta(minutes=5)
# Written by the verbs of presence alone; a form that saves a person leaves them.
OF_PRESENCE: Final = frozenset({"presence", "presence_since", "seen_at"})


class UserQuerySet(models.QuerySet["User"]):
    """Questions about people."""

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def with_role(self, *roles: Role) -> "UserQuerySet":
        return self.active().filter(role__in=roles)

    def answering(self) -> "UserQuerySet":
        """Those to whom an inquiry may be assigned."""
        return self.with_role(*ANSWERS)


class PeopleManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes people and answers questions about them."""

    use_in_migrations = False


class User(AbstractUser):
    """A member of staff; customers need no account."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name"), max_length=40)
    work_number = models.CharField(_("work number"), max_length=12, unique=True)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("department"),
    )
    supervisor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="team",
        verbose_name=_("supervisor"),
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=5,
        db_default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("How many waiting customers this person can serve at once."),
    )
    presence = models.CharField(
        max_length=10,
        choices=Presence.choices,
        default=Presence.OFF,
        db_default=Presence.OFF,
        editable=False,
    )
    presence_since = models.DateTimeField(null=True, editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "work_number", "role"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("work_number",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="user_role_known"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.DEPARTMENT_HANDLER)
                | Q(department__isnull=False),
                name="user_handler_has_department",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)
                | ~Q(role=Role.ADMINISTRATOR) & Q(is_staff=False, is_superuser=False),
                name="user_administrators_run_the_back_office",
            ),
            models.CheckConstraint(
                condition=Q(presence__in=Presence.values), name="user_presence_known"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean(self) -> None:
        """Say in words what the database would refuse by name."""
        super().clean()
        if self.role == Role.DEPARTMENT_HANDLER and self.department is None:
            raise ValidationError(
                {"department": _("A department handler belongs to a department.")}
            )

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Follow the role before the constraints are checked."""
        self._follow_role()
        super().clean_fields(exclude)

    def save(self, *args: Any, **options: Any) -> None:
        """Keep the framework's two flags for the back-office true to the role."""
        self._follow_role()
        if "role" in (fields := options.get("update_fields") or ()):
            options["update_fields"] = {*fields, "is_staff", "is_superuser"}
        elif not fields and not self._state.adding:
            names = {field.name for field in self._meta.concrete_fields}
            options["update_fields"] = names - OF_PRESENCE - {"id"}
        super().save(*args, **options)

    def presence_as_of(self, at: datetime) -> Presence:
        """How this person counts now: one of whom nothing is seen counts as off."""
        return counted(self.presence, self.seen_at, at=at)

    def _follow_role(self) -> None:
        self.is_staff = self.is_superuser = self.is_administrator

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def sees_every_ticket(self) -> bool:
        """Whether no row filter narrows this person's view of tickets."""
        return self.role in SEES_EVERY_TICKET

    @property
    def supervises(self) -> bool:
        """Whether this person watches others' promises."""
        return self.role in SUPERVISES

    @property
    def receives(self) -> bool:
        """Whether this person takes down a customer's question (IN-03)."""
        return self.role in RECEIVES

    @property
    def publishes(self) -> bool:
        """Whether this person decides what is promised."""
        return self.role in PUBLISHES

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR


def counted(state: str, seen_at: datetime | None, *, at: datetime) -> Presence:
    """What was said last, as long as there are signs of life; the job says it later."""
    if seen_at is None or seen_at < at - UNSEEN_AFTER:
        return Presence.OFF
    return Presence(state)


class SignInLink(models.Model):
    """A link that signs one person in once; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user.username} {self.created_at:%Y-%m-%d %H:%M}"

    def is_usable(self, *, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at and self.user.is_active


class ApiToken(models.Model):
    """A token by which another system acts as one person; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.user.username} {self.created_at:%Y-%m-%d %H:%M}"
