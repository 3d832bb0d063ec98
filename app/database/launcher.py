"""Becomes a PostgreSQL program, as the right user, which ends when its owner ends.

Run as a file by `embedded.py`, never imported: `launcher.py OWNER_PID UID GID PROGRAM [ARGUMENT…]`. A
process of its own does this, because code between fork and exec of a threaded program may deadlock.
Standard library only, since it runs without site-packages.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _main(owner: int, user: int, group: int, command: list[str]) -> None:
    os.umask(0o077)
    if os.geteuid() == 0 and user != 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    if sys.platform == "linux":
        # After the change of user, which clears it. SIGINT asks PostgreSQL for a fast, clean stop.
        if ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0) != 0:
            sys.exit("The kernel does not let PostgreSQL be tied to the life of its owner.")
        if os.getppid() != owner:
            sys.exit("The owner ended before PostgreSQL began.")
    try:
        os.execv(command[0], command)  # noqa: S606 (there is no shell on purpose)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
