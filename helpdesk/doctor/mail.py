"""Can mail go out?"""

import smtplib
import ssl
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.mail import get_connection

from helpdesk.doctor.finding import Finding, fail, ok
from helpdesk.doctor.house import House

SECONDS: Final = 8
WORDS: Final = "in EMAIL_URL, say smtp+tls://user:password@mail.example.com:587"


def server(house: House) -> Iterator[Finding]:
    """Reach the mail server and sign in; nothing is sent."""
    if not settings.EMAIL_HOST:
        yield ok("mail", "not set up (EMAIL_URL); notices stay inside the product")
        return
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection(fail_silently=False, timeout=SECONDS)
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        yield fail(
            "mail",
            f"{where} refuses the user or the password ({error.smtp_code})",
            repair=f"correct them {WORDS}",
        )
    except ssl.SSLError as error:
        yield fail(
            "mail",
            f"{where}: {error.reason or 'no secure connection'}",
            repair=f"use the encryption that the server speaks: smtp+tls:// for port"
            f" 587, smtp+ssl:// for port 465, {WORDS}",
        )
    except (OSError, smtplib.SMTPException) as error:
        yield fail(
            "mail",
            f"{where} cannot be reached: {error}",
            repair=f"see whether it runs (nc -vz {settings.EMAIL_HOST}"
            f" {settings.EMAIL_PORT}); correct host and port {WORDS}",
        )
    else:
        connection.close()
        yield ok("mail", f"{where} answers and lets us in")
