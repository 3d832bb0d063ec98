"""The embedded PostgreSQL: a server of our own, for the demo, for tests and for small installations.

Only the programs of the wheel are used. The server is a direct child of this process and ends with it, even
if this process is killed; its data survive. It listens on a unix socket in a private folder and nowhere
else. If it dies by itself it is started again.
"""

import atexit
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from urllib.parse import quote

from app.database.binaries import Account, Binaries, find_binaries, server_account
from app.database.cluster import (
    DATABASE,
    OWNER,
    admit_owner,
    ensure_cluster,
    is_ready,
    launch_command,
    launch_environment,
    process_of,
    reachable_name,
    server_settings,
)
from app.database.errors import unavailable
from app.errors import CallerError

_log = logging.getLogger(__name__)

_SOCKET_NAME: Final = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES_MAX: Final = 103  # 107 on Linux, 103 on macOS
_LOG_BYTES_MAX: Final = 1_000_000
_START_TIMEOUT_S: Final = 60.0
_PREDECESSOR_TIMEOUT_S: Final = 30.0
_FAST_STOP_TIMEOUT_S: Final = 15.0
_IMMEDIATE_STOP_TIMEOUT_S: Final = 5.0
_RESTART_PAUSE_S_MAX: Final = 5.0


class EmbeddedPostgres:
    """One server on `data_dir`, owned by this process; a context manager that starts and stops it.

    `durable=False` gives up safety against a crash of the machine for speed: for tests only.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._data_dir = data_dir.absolute()
        self._durable = durable
        self._lock: int | None = None
        self._owner_pid = 0
        self._sockets: Path | None = None
        self._supervisor: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._stopping = threading.Event()
        self._failure: CallerError | None = None
        # A start whose caller has lost patience is finished before it is undone.
        self._changing = threading.RLock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def dsn(self) -> str:
        """The owner's DSN for the database `rsc`; only after `start`."""
        if self._sockets is None:
            raise RuntimeError("The embedded PostgreSQL has not been started.")
        return _dsn(self._sockets)

    @property
    def server_pid(self) -> int | None:
        """The pid of the server at this moment, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> str:
        """Start the server, making its data first where there are none; answers the owner's DSN.

        Returns once it takes connections: about a second the first time, a fifth of one after that.
        Blocks, so call it from a thread where an event loop runs; that thread may end afterwards.
        Raises: CallerError (DATABASE_UNAVAILABLE) saying why it cannot run here and what to do.
        """
        with self._changing:
            return self.dsn if self._supervisor is not None else self._start()

    def _start(self) -> str:
        self._lock = _lock(self._data_dir)
        self._owner_pid = os.getpid()
        try:
            cluster = self._data_dir / "cluster"
            account = server_account(cluster)
            binaries = find_binaries(account)
            _give(self._data_dir / "owner.lock", account)
            cluster = ensure_cluster(self._data_dir, binaries, account, durable=self._durable)
            _await_predecessor(cluster)
            admit_owner(cluster, account)
            self._sockets = _socket_folder(self._data_dir, account)
            self._supervise_in_thread(cluster, binaries, account)
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise unavailable(f"PostgreSQL cannot run in {self._data_dir}: {error}") from error
            raise
        atexit.register(self.stop)
        return self.dsn

    def stop(self) -> None:
        """Stop the server cleanly and give the data folder free. Does nothing where it does not run."""
        if os.getpid() != self._owner_pid:
            return  # A forked child has a copy of this object, but not the server.
        with self._changing:
            if self._lock is not None:
                self._stop()

    def _stop(self) -> None:
        self._stopping.set()
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            for request, patience_s in (
                (signal.SIGINT, _FAST_STOP_TIMEOUT_S),
                (signal.SIGQUIT, _IMMEDIATE_STOP_TIMEOUT_S),
                (signal.SIGKILL, None),
            ):
                process = self._process
                if process is not None:
                    process.send_signal(request)  # Asks first whether our child still is that process.
                supervisor.join(patience_s)
                if not supervisor.is_alive():
                    break
        self._release()
        atexit.unregister(self.stop)

    def _release(self) -> None:
        if self._sockets is not None:
            _forget_socket_folder(self._data_dir, self._sockets)
            self._sockets = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self._started.clear()
        self._stopping.clear()

    def _supervise_in_thread(self, cluster: Path, binaries: Binaries, account: Account) -> None:
        # Linux sends the death signal when the *thread* ends that made the process, so the thread that
        # makes it is one that lives as long as we do.
        self._failure = None
        self._supervisor = threading.Thread(
            target=self._supervise, args=(cluster, binaries, account), name="postgres-supervisor", daemon=True
        )
        self._supervisor.start()
        if not self._started.wait(_START_TIMEOUT_S):
            raise unavailable(
                f"PostgreSQL did not get ready within {_START_TIMEOUT_S:.0f} seconds; "
                f"its log is {self._data_dir / 'postgres.log'}."
            )
        if self._failure is not None:
            raise self._failure

    def _supervise(self, cluster: Path, binaries: Binaries, account: Account) -> None:
        pause_s = 0.1
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._run_server(cluster, binaries, account)
            except (OSError, CallerError) as error:
                if not self._started.is_set():
                    self._failure = error if isinstance(error, CallerError) else unavailable(str(error))
                    self._started.set()
                    return
                _log.error("PostgreSQL cannot be started again: %s", error)
            if self._stopping.is_set():
                return
            pause_s = 0.1 if time.monotonic() - began > 30 else min(pause_s * 2, _RESTART_PAUSE_S_MAX)
            _log.warning("PostgreSQL has stopped by itself; it is started again.")
            self._stopping.wait(pause_s)

    def _run_server(self, cluster: Path, binaries: Binaries, account: Account) -> None:
        """Run the server until it ends; raises CallerError if it ends before it is ready."""
        assert self._sockets is not None
        _await_predecessor(cluster)
        with (
            reachable_name(cluster, account) as (name, descriptors),
            _open_log(self._data_dir, account) as log,
        ):
            said_before = log.tell()
            settings = server_settings(binaries, self._sockets, durable=self._durable)
            process = subprocess.Popen(
                launch_command(account, binaries.postgres, "-D", name, *settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=launch_environment(),
                pass_fds=descriptors,
                # A Ctrl-C in the terminal is for us: we stop the server when our own work is done.
                start_new_session=True,
            )
            self._process = process
        try:
            while not self._stopping.is_set() and not is_ready(cluster, process.pid):
                if process.poll() is not None:
                    raise unavailable(f"PostgreSQL did not start: {_log_since(self._data_dir, said_before)}")
                time.sleep(0.005)
            if self._stopping.is_set():
                process.send_signal(signal.SIGINT)
            self._started.set()
            process.wait()
        finally:
            self._process = None


def running_dsn(data_dir: Path) -> str | None:
    """The owner's DSN of the server that another process runs on `data_dir`, None if none does."""
    try:
        lock = os.open(data_dir / "owner.lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(OSError):
            return _dsn(Path((data_dir / "sockets").read_text()))
    finally:
        os.close(lock)
    return None


def wipe(data_dir: Path) -> None:
    """Remove the server's data, if there are any: the next start makes new ones.

    Raises: CallerError (DATABASE_UNAVAILABLE) if another process uses the folder.
    """
    lock = _lock(data_dir.absolute())
    try:
        cluster = data_dir / "cluster"
        if cluster.exists():
            _await_predecessor(cluster)
            shutil.rmtree(cluster)
    finally:
        os.close(lock)


def _dsn(sockets: Path) -> str:
    return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(sockets), safe='/')}"


def _lock(data_dir: Path) -> int:
    """Take `data_dir` for this process alone, for as long as the answered descriptor is open.

    The kernel gives it free when the process ends, however it ends.
    """
    try:
        if not data_dir.exists():
            # The server's user must be able to pass through, not to look around.
            data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True)
        lock = os.open(data_dir / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unavailable(
            f"The data folder {data_dir} cannot be written ({error.strerror}). Choose another one "
            "(RSC_DATA_DIR), or set DATABASE_URL."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode("ascii", "replace").strip()
        os.close(lock)
        raise unavailable(
            f"The data folder {data_dir} is in use by another process{f' ({holder})' if holder else ''}. "
            "Stop that one first, or choose another folder (RSC_DATA_DIR)."
        ) from None
    except OSError as error:
        os.close(lock)
        raise unavailable(
            f"The file system of {data_dir} knows no locks ({error.strerror}); choose a local folder."
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _await_predecessor(cluster: Path) -> None:
    """Let the server of an owner that was killed come to its end, and clear away what a dead one left.

    It is given half a minute; it is never sent a signal.
    """
    deadline = time.monotonic() + _PREDECESSOR_TIMEOUT_S
    while (pid := process_of(cluster)) is not None:
        if time.monotonic() > deadline:
            raise unavailable(
                f"A PostgreSQL of an earlier start (process {pid}) still runs on {cluster}. Stop it first."
            )
        time.sleep(0.05)
    # PostgreSQL itself would take a stranger who now has the old number for the old server.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _socket_folder(data_dir: Path, account: Account) -> Path:
    """A private folder of `account` for the socket: below `data_dir`, or elsewhere if that is too long.

    `data_dir/sockets` names it, for other programs of the same user and for the next start to clean up.
    """
    with contextlib.suppress(OSError):
        _forget_socket_folder(data_dir, Path((data_dir / "sockets").read_text()))
    folder = data_dir / "run"
    length = len(os.fsencode(folder / _SOCKET_NAME))
    if length <= _SOCKET_PATH_BYTES_MAX and account.reaches(data_dir):
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        temporary = tempfile.gettempdir()
        open_enough = len(os.fsencode(temporary)) < 60 and account.reaches(Path(temporary))
        folder = Path(tempfile.mkdtemp(prefix="rsc-pg-", dir=temporary if open_enough else "/tmp"))  # noqa: S108
    if os.geteuid() == 0:
        os.chown(folder, account.user, account.group)
    (data_dir / "sockets").write_text(str(folder))
    _give(data_dir / "sockets", account)
    return folder


def _forget_socket_folder(data_dir: Path, folder: Path) -> None:
    with contextlib.suppress(OSError):
        (data_dir / "sockets").unlink(missing_ok=True)
        is_ours = folder == data_dir / "run" or folder.name.startswith("rsc-pg-")
        if is_ours and stat.S_ISDIR(folder.lstat().st_mode):
            shutil.rmtree(folder)


def _open_log(data_dir: Path, account: Account) -> IO[bytes]:
    """The server's log, open for appending; one that has grown is put aside, replacing the last such."""
    path = data_dir / "postgres.log"
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG_BYTES_MAX:
            path.rename(data_dir / "postgres.log.1")
    log = path.open("ab")
    _give(path, account)
    return log


def _log_since(data_dir: Path, offset: int) -> str:
    """What went wrong, in the server's own last words since `offset` bytes."""
    with (data_dir / "postgres.log").open("rb") as log:
        log.seek(offset)
        lines = log.read(65_536).decode("utf-8", "replace").splitlines()
    grave = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return " ".join(grave or lines)[-1000:] or "it said nothing"


def _give(path: Path, account: Account) -> None:
    """Leave to the server's user what root has made, so that this user can start alone another day."""
    path.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(path, account.user, account.group)
