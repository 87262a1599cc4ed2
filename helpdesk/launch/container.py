"""The first container to run: keys, the database password, and where the servers are.

Everything is made at the first start and kept in volumes; running it again changes
nothing.
"""

import os
import secrets
import sys
from pathlib import Path

from helpdesk.launch import env_files
from helpdesk.launch.failure import CannotGoOn, of_os


def main() -> int:
    """Write `secrets.env`, `runtime.env` and the password file for PostgreSQL."""
    data = Path(os.environ.get("DATA_DIR") or "/data")
    file = Path(
        os.environ.get("POSTGRES_PASSWORD_FILE") or "/secrets/postgres-password"
    )
    try:
        env_files.make_secrets(data, environment=os.environ)
        env_files.write(data / "runtime.env", addresses(password(file)))
    except OSError as error:
        print(of_os(error), file=sys.stderr)
        return 1
    except CannotGoOn as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def password(file: Path) -> str:
    """The password of the database, made if there is none yet."""
    if not file.exists():
        half = file.with_name(f".{file.name}")
        half.touch(mode=0o600)
        half.write_text(secrets.token_urlsafe(32))
        half.replace(file)
    return file.read_text()


def addresses(password: str) -> dict[str, str]:
    """The servers by the names that docker-compose.yml gives them."""
    return {
        "DATABASE_URL": f"postgres://shoushi:{password}@postgres:5432/shoushi",
        "REDIS_URL": "redis://redis:6379",
    }


if __name__ == "__main__":
    sys.exit(main())
