"""Does the web server answer at its port, and is it ours?"""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Final

from django.conf import settings

from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House, Way
from helpdesk.launch import parts, ports
from helpdesk.launch.up import EVERYWHERE

SECONDS: Final = 5


def web(house: House) -> Iterator[Finding]:
    """Ask its health page, as a balancer would."""
    host, port = parts.host(), int(settings.PORT)
    where = f"{host}:{port}"
    connection = http.client.HTTPConnection(
        EVERYWHERE.get(host, host), port, timeout=SECONDS
    )
    try:
        connection.request("GET", "/healthz")
        report = json.loads(connection.getresponse().read())
        status = report["status"]
    except (OSError, http.client.HTTPException):
        yield from silent(house, where, port)
    except (ValueError, KeyError, TypeError):
        yield occupied(where, port)
    else:
        if status == "ok":
            yield ok("web", f"answers at {where} that all is well")
        else:
            down = [name for name, state in report.items() if state == "down"]
            yield warn(
                "web",
                f"answers at {where} that not all is well: {', '.join(down[1:])}",
                repair="see the other lines",
            )
    finally:
        connection.close()


def silent(house: House, where: str, port: int) -> Iterator[Finding]:
    """Nothing that answers; perhaps somebody who does not speak HTTP."""
    taken = ports.holder(port)
    if taken and not (house.way is Way.LAUNCHER and house.running):
        yield occupied(where, port)
    else:
        who = f" although {taken} has the port" if taken else ""
        yield fail(
            "web", f"nobody answers at {where}{who}", repair=house.restart("web")
        )


def occupied(where: str, port: int) -> Finding:
    """Another program has our port."""
    by = ports.holder(port) or "another program"
    other = free_port(port)
    return fail(
        "web",
        f"{by} has {where}",
        repair=f"stop it, or choose another port: PORT={other} ./shoushi up",
    )


def free_port(port: int) -> int:
    """The next one that nobody has."""
    for candidate in range(port + 1, min(port + 100, ports.LAST)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", candidate)):
                return candidate
    return port
