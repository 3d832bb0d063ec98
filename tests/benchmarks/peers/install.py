"""The peers' packages, exactly those of the lock, in `.tools`, with a Node that is new enough for them."""

import fcntl
import hashlib
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "node"
NODE_MIN: Final = 22
_FOLDER: Final = Path(".tools/peers")
_INSTALL: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")


class CannotRun(Exception):
    """Why the peers cannot run here."""


def installed() -> tuple[Path, Path]:
    """The folder of the peers' servers with all packages, and the Node to run them with.

    The first call installs (about half a gigabyte, most of it PostGraphile's own GraphiQL), later ones only
    copy our own files; of two at once the second waits.
    Raises: CannotRun.
    """
    if shutil.which("npm") is None:
        raise CannotRun("The peers need npm.")
    folder = _FOLDER.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for file in SOURCE.iterdir():
            shutil.copy(file, folder)
        stamp = folder / "node_modules" / ".installed"
        wanted = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            done = subprocess.run(("npm", *_INSTALL), cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                raise CannotRun(f"npm cannot install the peers: {done.stderr[-500:]}")
            stamp.write_text(wanted)
    return folder, _node(folder)


def _node(folder: Path) -> Path:
    """The Node that the lock brings, where there is one for this machine, or else the PATH's."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    brought = folder / "node_modules" / f"node-linux-{machine}" / "bin" / "node"
    found = brought if brought.exists() else Path(shutil.which("node") or "")
    version = subprocess.run((found, "--version"), capture_output=True, text=True, check=False).stdout
    if not version or int(version.lstrip("v").split(".")[0]) < NODE_MIN:
        raise CannotRun(f"The peers need Node {NODE_MIN} or newer; {version.strip() or 'none'} is here.")
    return found
