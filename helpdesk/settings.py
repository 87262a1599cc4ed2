"""Every setting of the product, read from the environment; nonsense stops the start.

`./shoushi` writes two files into the data folder: `secrets.env` (made once, at the
first start) and `runtime.env` (where the embedded servers listen). A variable that is
already in the environment wins over both.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from helpdesk.backoffice.look import UNFOLD as UNFOLD  # noqa: PLC0414 - a setting

BASE_DIR = Path(__file__).resolve().parent.parent

PRODUCT_VERSION = "0.1.0"

env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
for name in ("secrets.env", "runtime.env"):
    if (DATA_DIR / name).is_file():
        env.read_env(DATA_DIR / name)


def contact_keys() -> list[str]:
    """Fernet keys for customers' contacts: the first encrypts, all decrypt."""
    keys: list[str] = env.list("CONTACT_KEYS", default=[])
    if not keys:
        raise ImproperlyConfigured(
            "CONTACT_KEYS is not set. Start with ./shoushi, which makes one, or set it"
            " to one or more Fernet keys, the newest first."
        )
    return keys


# --- Secrets and addresses -----------------------------------------------------------

SECRET_KEY_MIN = 32
SECRET_KEY: str = env.str("SECRET_KEY", default="")
if len(SECRET_KEY) < SECRET_KEY_MIN:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or too short. Start with ./shoushi,"
        " which makes one at the first start."
    )
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
CONTACT_KEYS = contact_keys()
# Signs the monthly extracts of the record (manage.py sla_extract).
EXTRACT_KEY: str = env.str("EXTRACT_KEY", default="")

METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
METRICS_TOKEN_MIN = 16
if METRICS_TOKEN and len(METRICS_TOKEN) < METRICS_TOKEN_MIN:
    raise ImproperlyConfigured(
        f"METRICS_TOKEN is shorter than {METRICS_TOKEN_MIN} characters. Leave it out,"
        " or make one: python -c 'import secrets; print(secrets.token_urlsafe())'"
    )

DEBUG: bool = env.bool("DEBUG", default=False)
PORT: int = env.int("PORT", default=8000)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL: str = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
HTTPS: bool = SITE_URL.startswith("https://")
# A public name is the only one; without one, the machine is called by any address.
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS",
    default=[urlsplit(SITE_URL).hostname, "localhost", "127.0.0.1"] if HTTPS else ["*"],
)

# --- The house -----------------------------------------------------------------------

INSTALLED_APPS = [
    "helpdesk.portal",
    "helpdesk.desk",
    "helpdesk.supervision",
    "helpdesk.setup",
    "helpdesk.doctor",
    "figures",
    "objections",
    "inquiries",
    "sla",
    "tickets",
    "orders",
    "knowledge",
    "catalog",
    "customers",
    "staff",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "helpdesk.backoffice.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "import_export",
    "simple_history",
    "django.forms",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "helpdesk.compression.PageCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helpdesk.too_large.TooLargeMiddleware",
    "helpdesk.errors.RefusalMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
ASGI_APPLICATION = "helpdesk.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "libraries": {
                "board": "helpdesk.templatetags.board",
                "display": "helpdesk.templatetags.display",
                "figures": "helpdesk.templatetags.figures",
                "navigation": "helpdesk.templatetags.navigation",
                "promises": "helpdesk.templatetags.promises",
                "catalogue": "helpdesk.templatetags.catalogue",
                "offers": "helpdesk.templatetags.offers",
                "cases": "helpdesk.templatetags.cases",
                "tickets": "helpdesk.templatetags.tickets",
                "objections": "helpdesk.templatetags.objections",
                "orders": "helpdesk.templatetags.orders",
                "prevention": "helpdesk.templatetags.prevention",
                "workspace": "helpdesk.templatetags.workspace",
            },
        },
    }
]

# --- Data ----------------------------------------------------------------------------

DATABASES = {
    "default": {
        **env.db("DATABASE_URL"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}


def redis_url(db: int, *, scheme: str = "redis") -> str:
    """The address of one database of the Redis server that REDIS_URL names.

    `scheme` is "redis" for redis-py and Django, "celery" for Celery, which spells a
    unix socket in its own way.
    """
    parts = urlsplit(env.str("REDIS_URL"))
    if parts.scheme == "unix":
        if scheme == "celery":
            return f"redis+socket://{parts.path}?virtual_host={db}"
        return f"unix://{parts.path}?db={db}"
    if parts.scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(
            f"REDIS_URL starts with {parts.scheme}://; use redis://, rediss:// or"
            " unix:///path/to/socket."
        )
    query = f"?{parts.query}" if parse_qs(parts.query) else ""
    return f"{parts.scheme}://{parts.netloc}/{db}{query}"


CACHES = {
    "default": {
        "BACKEND": "helpdesk.cache.PatientRedisCache",
        "LOCATION": redis_url(1),
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
LIVE_REDIS_URL = redis_url(0)

MEDIA_ROOT = DATA_DIR / "media"
ATTACHMENT_MAX_BYTES: int = env.int("ATTACHMENT_MAX_BYTES", default=10 * 1024 * 1024)
VIDEO_MAX_BYTES: int = env.int("VIDEO_MAX_BYTES", default=50 * 1024 * 1024)
ATTACHMENTS_PER_MESSAGE = 9
# The most that files may take which wait for their message, of all customers together.
STAGED_MAX_BYTES: int = env.int("STAGED_MAX_BYTES", default=2 * 1024**3)
# The most that one address may announce in an hour.
UPLOAD_BYTES_PER_HOUR: int = env.int("UPLOAD_BYTES_PER_HOUR", default=512 * 1024**2)
# The most that one part of a file may be: what a lost line costs at most.
UPLOAD_PART_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# The most that any request may be: all files of a message, and its text.
REQUEST_MAX_BYTES = (
    ATTACHMENTS_PER_MESSAGE * ATTACHMENT_MAX_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE
)

# The socket of ClamAV's daemon, a path or host:port; without it no file is scanned.
CLAMD: str = env.str("CLAMD", default="")
if CLAMD and not CLAMD.startswith("/") and not CLAMD.rpartition(":")[2].isdecimal():
    raise ImproperlyConfigured(
        "CLAMD names no socket. Write it like /var/run/clamav/clamd.ctl or"
        " 127.0.0.1:3310"
    )

# --- Jobs ----------------------------------------------------------------------------

CELERY_BROKER_URL = redis_url(0, scheme="celery")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"sla.*": {"queue": "sla"}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A task that was cut off comes back in 20 s; no task here may run longer than 15 s.
    # One does, exports.make_xlsx: while it runs it comes back expired, and is dropped.
    "visibility_timeout": 15,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
}
# A new connection costs the detector several milliseconds until its plans are warm.
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sla-window": {
        "task": "sla.window",
        "schedule": 1.0,
        "options": {"expires": 3},
    },
    "sla-announce": {
        "task": "sla.announce",
        "schedule": 1.0,
        "options": {"expires": 3},
    },
    "sla-resume": {
        "task": "sla.resume",
        "schedule": 1.0,
        "options": {"expires": 3},
    },
    "mail-send-notices": {
        "task": "mail.send_notices",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "notices-drop-moot": {
        "task": "notices.drop_moot",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "shifts-end": {
        "task": "shifts.end",
        "schedule": crontab(minute="0"),
        # A shift that ends on the hour has surely ended a few seconds later.
        "options": {"countdown": 5, "expires": 3000},
    },
    "shifts-send-digests": {
        "task": "shifts.send_digests",
        "schedule": 30.0,
        "options": {"expires": 29},
    },
    "staff-forget-expired": {
        "task": "staff.forget_expired",
        "schedule": crontab(hour="4", minute="10"),
    },
    "staff-let-go": {
        "task": "staff.let_go",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "figures-explain-breaches": {
        "task": "figures.explain_breaches",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "figures-explain-late-breaches": {
        "task": "figures.explain_late_breaches",
        "schedule": crontab(minute="25"),
    },
    "figures-explain-old-breaches": {
        "task": "figures.explain_old_breaches",
        "schedule": crontab(hour="3", minute="50"),
    },
    "publication-mark-due": {
        "task": "publication.mark_due",
        "schedule": crontab(hour="5", minute="20"),
    },
    "customers-forget-contacts": {
        "task": "customers.forget_contacts",
        "schedule": crontab(minute="20"),
    },
    "phones-send-codes": {
        "task": "phones.send_codes",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "phones-forget-codes": {
        "task": "phones.forget_codes",
        "schedule": crontab(minute="40"),
    },
    "quotations-make-documents": {
        "task": "quotations.make_documents",
        "schedule": 3.0,
        "options": {"expires": 3},
    },
    "objections-make-documents": {
        "task": "objections.make_documents",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "objections-remind": {
        "task": "objections.remind",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "objections-archive": {
        "task": "objections.archive",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "prevention-report": {
        "task": "prevention.report",
        "schedule": crontab(day_of_month="1", hour="0", minute="20"),
    },
    "prevention-look": {
        "task": "prevention.look",
        "schedule": crontab(hour="5", minute="40"),
    },
    "uploads-sweep": {
        "task": "uploads.sweep",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "uploads-scan-waiting": {
        "task": "uploads.scan_waiting",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "follow-ups-send-due": {
        "task": "follow_ups.send_due",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "follow-ups-send-mails": {
        "task": "follow_ups.send_mails",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "policies-rollouts": {
        "task": "policies.carry_out_rollouts",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "exports-work": {
        "task": "exports.work",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "exports-make-xlsx": {
        "task": "exports.make_xlsx",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "reports-make": {
        "task": "reports.make",
        "schedule": crontab(hour="8-23", minute="*/10"),
        "options": {"expires": 500},
    },
    "mail-send-reports": {
        "task": "mail.send_reports",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "exports-sweep": {
        "task": "exports.sweep",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "figures-refresh": {
        "task": "figures.refresh",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "figures-rebuild": {
        "task": "figures.rebuild",
        "schedule": crontab(hour="3", minute="30"),
    },
    "policies-shadows": {
        "task": "policies.observe_shadows",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "sla-sweep": {
        "task": "sla.sweep",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
}

# --- Mail to colleagues --------------------------------------------------------------


def mail_server(url: str) -> dict[str, Any]:
    """The mail server that EMAIL_URL names; none, and no mail, where it is empty.

    `smtp+ssl://` and `smtps://` speak TLS from the first byte (port 465), `smtp+tls://`
    begins it on an open line (port 587).
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        server: dict[str, Any] = environ.Env.email_url_config(url)
    except (ImproperlyConfigured, ValueError):
        server = {}
    scheme = urlsplit(url).scheme
    if not server or (scheme.startswith("smtp") and not server["EMAIL_HOST"]):
        raise ImproperlyConfigured(
            "EMAIL_URL names no mail server. Write it like"
            " smtp+ssl://user:password@mail.example.com:465"
        )
    if scheme == "smtps":
        server |= {"EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}
    usual = 465 if server.get("EMAIL_USE_SSL") else 587
    return {**server, "EMAIL_PORT": server["EMAIL_PORT"] or usual}


MAIL_CONFIGURED: bool = bool(env.str("EMAIL_URL", default=""))
_MAIL = mail_server(env.str("EMAIL_URL", default=""))
EMAIL_BACKEND: str = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST: str = _MAIL.get("EMAIL_HOST") or ""
EMAIL_PORT: int = _MAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER: str = _MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH: str | None = _MAIL.get("EMAIL_FILE_PATH") or None
# No job runs longer than 15 s, so that no server may keep one waiting.
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL: str = env.str(
    "MAIL_FROM", default=f"shoushi@{urlsplit(SITE_URL).hostname or 'localhost'}"
)

# --- Facts of orders: the imported tables, or a class that asks another system --------

ORDER_SOURCE: str = env.str("ORDER_SOURCE", default="orders.sources.ImportedOrders")
ORDER_SOURCE_URL: str = env.str("ORDER_SOURCE_URL", default="")
ORDER_SOURCE_TOKEN: str = env.str("ORDER_SOURCE_TOKEN", default="")
ORDER_SOURCE_TIMEOUT: float = env.float("ORDER_SOURCE_TIMEOUT", default=3.0)
if not 0 < ORDER_SOURCE_TIMEOUT <= 10:  # noqa: PLR2004 - seconds that a page may wait
    raise ImproperlyConfigured(
        "ORDER_SOURCE_TIMEOUT is the most seconds to wait: above 0, at most 10."
    )
# --- Short messages to customers -----------------------------------------------------


def webhook_url(url: str) -> str:
    """Where short messages go, which hold phone numbers: HTTPS, or this machine."""
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if url and not ((parts.scheme == "https" and parts.hostname) or here):
        raise ImproperlyConfigured(
            "SMS_WEBHOOK_URL is no HTTPS address. Write it like"
            " https://sms.example.com/send"
        )
    return url


SMS_WEBHOOK_URL: str = webhook_url(env.str("SMS_WEBHOOK_URL", default=""))
SMS_WEBHOOK_TOKEN: str = env.str("SMS_WEBHOOK_TOKEN", default="")
# The class that sends them; without one no phone is confirmed, and the desk says so.
SMS_GATEWAY: str = env.str(
    "SMS_GATEWAY", default="customers.sms.Webhook" if SMS_WEBHOOK_URL else ""
)

# --- Language and time ---------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Static files --------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "helpdesk.packages.PackageFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # What customers send is for this account's eyes only.
        "OPTIONS": {
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Sign-in -------------------------------------------------------------------------

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["staff.sessions.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "staff.adapters.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Shoushi 守时"

# --- Protection ----------------------------------------------------------------------

SESSION_ENGINE = "staff.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "helpdesk.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", default=30 * 86400 if HTTPS else 0)
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other names under the company's domain are not ours to bind
    "security.W008",  # the proxy that ends TLS sends plain HTTP there
    "security.W021",  # nor is the list of domains that browsers ship with
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- API -----------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["staff.api.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["helpdesk.api.limits.TokenThrottle"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.api.limits.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpdesk.api.problems.api_exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shoushi API",
    "DESCRIPTION": (
        "Send `Authorization: Bearer <token>`; `manage.py api_token USER` makes one,"
        " which sees and may do what that person sees and may do. Times are ISO 8601"
        " with their offset. Refusals are `application/problem+json`; messages follow"
        " `Accept-Language` (zh-hans, en)."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "helpdesk.api.description.describe_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ClockStatus": "sla.models.ClockStatus",
        "Metric": "sla.metrics.Metric",
        "PresenceState": "staff.models.Presence",
        "InquiryStatus": "inquiries.workflow.Status",
        "ObjectionStatus": "objections.workflow.Status",
        "ObjectionTypeCode": "objections.models.ObjectionType",
        "AnswerChannelCode": "objections.models.AnswerChannel",
        "PreventiveActionStatus": "objections.prevention_workflow.ActionStatus",
        "TopicCode": "inquiries.models.Topic",
        "WayCode": "inquiries.models.Way",
        "CoreClause": "inquiries.request_documents.CORE_CHOICES",
    },
    "TAGS": [
        {
            "name": "inquiries",
            "x-displayName": _("Inquiries"),
            "description": _("Questions of customers: one address per verb."),
        },
        {
            "name": "tickets",
            "x-displayName": _("Tickets"),
            "description": _("The desk's list, ordered by the next deadline."),
        },
        {
            "name": "clocks",
            "x-displayName": _("Clocks"),
            "description": _(
                "Each promise with its deadline, and whether it was kept."
            ),
        },
        {
            "name": "policies",
            "x-displayName": _("Policies"),
            "description": _("What is promised: the rules in force."),
        },
        {
            "name": "business-time",
            "x-displayName": _("Business time"),
            "description": _("When something is due by the company's calendars."),
        },
        {
            "name": "presence",
            "x-displayName": _("On duty"),
            "description": _("Whether one is on duty, away or off."),
        },
        {
            "name": "orders",
            "x-displayName": _("Orders"),
            "description": _("What is known of an order, to be checked against."),
        },
        {
            "name": "pricing",
            "x-displayName": _("Prices"),
            "description": _(
                "What an order costs with every line, and what is settled afterwards."
                " Nothing is stored."
            ),
        },
        {
            "name": "recommendations",
            "x-displayName": _("Recommendations"),
            "description": _("Which devices fit a scene, a scale and needs, and why."),
        },
    ],
}

# --- Words in the log (never names, numbers or texts of customers) --------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {
        "without_keys": {"()": "helpdesk.log_filter.WithoutKeys"},
        "start_is_no_error": {"()": "helpdesk.log_filter.StartIsNoError"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_keys", "start_is_no_error"],
        },
    },
    # Each PDF would tell the story of its letters.
    "loggers": {"fontTools": {"level": "WARNING"}, "fpdf": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
