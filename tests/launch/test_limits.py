"""Open pages are limited by memory, not by a shell's habit."""

import subprocess
import sys

PROGRAM = """
import resource
from helpdesk.launch.parts import allow_many_files
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
allow_many_files()
soft, now = resource.getrlimit(resource.RLIMIT_NOFILE)
print(soft == min(hard, 65_536) and now == hard)
"""


def test_the_usual_limit_of_open_files_is_raised() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
