"""One PostgreSQL cluster on disk: made whole or not at all, and what its server is started with."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.database.binaries import Account, Binaries
from app.database.errors import unavailable

DATABASE: Final = "rsc"
OWNER: Final = "postgres"
_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_INITDB_TIMEOUT_S: Final = 120
_LEFTOVER_TIMEOUT_S: Final = 5.0

_CTYPE: Final = "C.UTF-8" if sys.platform == "linux" else "UTF-8"

_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # A statement has one core: with few cores, workers of one request slow down all others.
    "max_parallel_workers_per_gather": "0",
    # Nothing replicates from an embedded server, so bulk loads need not be logged twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log says what the server does, and never a statement, a parameter or a row.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
}
_NOT_DURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def server_settings(binaries: Binaries, sockets: Path, *, durable: bool) -> list[str]:
    """The server's command line options, `-c name=value` each."""
    settings = {**_SETTINGS, "unix_socket_directories": str(sockets)}
    if binaries.major >= 18:
        # Three I/O workers bring nothing to data that fits in memory.
        settings["io_method"] = "sync"
    if not durable:
        settings |= _NOT_DURABLE
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def launch_command(account: Account, *command: str) -> list[str]:
    """The command line that runs `command` as `account`, bound to the life of this process."""
    python = sys.executable or "python3"
    identity = [str(os.getpid()), str(account.user), str(account.group)]
    return [python, "-I", "-S", str(_LAUNCHER), *identity, *command]


def launch_environment() -> dict[str, str]:
    """The little that PostgreSQL needs of the environment; our keys and passwords stay here."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": _CTYPE, "TZ": "UTC", "PGTZ": "UTC"}


@contextmanager
def reachable_name(folder: Path, account: Account) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A name by which `account` reaches `folder`, and the file descriptors that must be passed for it.

    Root's data often lie below a closed home. On Linux the name is then that of an open descriptor, which
    the kernel follows without asking the folders above.

    Raises: CallerError where there is no such way.
    """
    if account.reaches(folder):
        yield str(folder), ()
        return
    if sys.platform != "linux":
        raise unavailable(
            f"PostgreSQL runs as another user than root, who cannot reach {folder}. Choose a data folder "
            "(RSC_DATA_DIR) that is not below a closed home, or start as an ordinary user."
        )
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def ensure_cluster(data_dir: Path, binaries: Binaries, account: Account, *, durable: bool) -> Path:
    """The cluster's folder below `data_dir`, initialised with an empty database `rsc` if there was none.

    It is made aside and renamed when complete: an interrupted first start leaves nothing that counts.
    Encoding UTF8, order by code point (C.UTF-8) on every system.

    Raises: CallerError if the data are of another major version or somebody else's.
    """
    cluster = data_dir / "cluster"
    _clear_leftovers(data_dir)
    if cluster.exists():
        _check(cluster, binaries, account)
        return cluster
    unfinished = data_dir / f"cluster.{os.getpid()}.new"
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(unfinished, account.user, account.group)
    with reachable_name(unfinished, account) as (name, descriptors):
        _run(account, descriptors, [binaries.initdb, f"--pgdata={name}", *_initdb_options(binaries, durable)])
        single = [binaries.postgres, "--single", "-D", name, "postgres"]
        _run(account, descriptors, single, said=f"create database {DATABASE}\n")
    unfinished.rename(cluster)
    return cluster


def _clear_leftovers(data_dir: Path) -> None:
    """Remove what interrupted first starts left; their programs may need a moment to end."""
    deadline = time.monotonic() + _LEFTOVER_TIMEOUT_S
    while leftovers := list(data_dir.glob("cluster.*.new")):
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)
        if time.monotonic() > deadline:
            return  # It does no harm, and the next start tries again.
        time.sleep(0.02)


def _initdb_options(binaries: Binaries, durable: bool) -> list[str]:
    options = [f"--username={OWNER}", "--encoding=UTF8", "--auth=peer", "--no-instructions"]
    if binaries.major >= 17:
        # The same order on every system, whatever its C library calls C.UTF-8. The ctype serves full text
        # search and trigrams, which ask the C library what a letter is.
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options += [f"--lc-ctype={_CTYPE}"]
    else:
        options += [f"--locale={_CTYPE}"]
    return options if durable else [*options, "--no-sync"]


def _run(account: Account, descriptors: tuple[int, ...], command: list[str], said: str = "") -> None:
    try:
        done = subprocess.run(
            launch_command(account, *command),
            input=said,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=launch_environment(),
            pass_fds=descriptors,
            start_new_session=True,
            timeout=_INITDB_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise unavailable(f"PostgreSQL's data could not be set up: {error}") from error
    if done.returncode != 0:
        raise unavailable(f"PostgreSQL's data could not be set up: {_last_words(done.stderr)}")


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[-4:])[-1000:] or "no reason was given"


def _check(cluster: Path, binaries: Binaries, account: Account) -> None:
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise unavailable(
            f"The data in {cluster} cannot be read ({error.strerror}). They may belong to another user: "
            "start as that user, or choose another data folder (RSC_DATA_DIR)."
        ) from error
    if version != str(binaries.major):
        raise unavailable(
            f"The data in {cluster} were made by PostgreSQL {version}, and the programs found are version "
            f"{binaries.major}. Set RSC_POSTGRES_BIN to programs of version {version}, or choose another "
            "data folder."
        )
    found = cluster.stat()
    if found.st_uid != account.user:
        raise unavailable(f"The data in {cluster} belong to another system user ({found.st_uid}).")
    if stat.S_IMODE(found.st_mode) & 0o077:
        cluster.chmod(0o700)


def admit_owner(cluster: Path, account: Account) -> None:
    """Let the system user who runs us, and nobody else, connect as the cluster's owner.

    Written anew at each start, as the data may have been made under another user name.
    """
    us = pwd.getpwuid(os.geteuid()).pw_name
    files = {
        "pg_hba.conf": "local all all peer map=rsc\n",
        "pg_ident.conf": f'rsc "{us}" {OWNER}\n',
    }
    for name, text in files.items():
        file = cluster / name
        file.write_text(text)
        file.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(file, account.user, account.group)


def process_of(cluster: Path) -> int | None:
    """The pid of a PostgreSQL that still runs on `cluster`, by its pid file; None if it is gone.

    A pid that now belongs to a process elsewhere counts as gone: the working directory tells, which for a
    server is its cluster.
    """
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)  # Signal 0 asks whether it exists and sends nothing.
    except PermissionError:
        pass
    except (OSError, ValueError, OverflowError):
        return None
    if sys.platform != "linux":
        said = subprocess.run(
            ["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return pid if "postgres" in said.stdout else None
    try:
        there, here = Path(f"/proc/{pid}/cwd").stat(), cluster.stat()
    except OSError:
        return None
    return pid if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino) else None


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server with this pid has written that it takes connections."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
