"""Can mail go out?"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.core.mail import get_connection

from helpdesk.doctor.finding import Finding, fail, ok
from helpdesk.doctor.house import House

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"
NOT_SET_UP: Final = (
    "not set up (EMAIL_URL); notices stay inside the product, follow-ups in the"
    " conversation"
)
WORDS: Final = "in EMAIL_URL, say smtp+tls://user:password@mail.example.com:587"


def server(house: House) -> Iterator[Finding]:
    """Reach the mail server and sign in; nothing is sent."""
    if not settings.MAIL_CONFIGURED:
        yield ok("mail", NOT_SET_UP)
        return
    if settings.EMAIL_BACKEND != SMTP:
        yield ok("mail", f"goes to {settings.EMAIL_BACKEND.rsplit('.')[-2]}")
        return
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection(fail_silently=False)
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        yield fail(
            "mail",
            f"{where} refuses the user or the password ({error.smtp_code})",
            repair=f"correct them {WORDS}",
        )
    except smtplib.SMTPNotSupportedError as error:
        yield fail("mail", f"{where}: {error}", repair=encryption())
    except ssl.SSLError as error:
        reason = error.reason or type(error).__name__
        yield fail("mail", f"{where}: {reason}", repair=encryption())
    except (OSError, smtplib.SMTPException) as error:
        yield fail(
            "mail",
            f"{where} cannot be reached: {error}",
            repair=f"see whether it runs: nc -vz {settings.EMAIL_HOST}"
            f" {settings.EMAIL_PORT}; correct host and port {WORDS}",
        )
    else:
        yield ok("mail", f"{where} answers and lets us in")
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def encryption() -> str:
    """What to write where the two do not agree on how to speak."""
    return (
        "write the encryption that the server speaks: smtp+ssl:// (port 465) or"
        f" smtp+tls:// (port 587), {WORDS}"
    )
