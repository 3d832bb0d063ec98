"""Programs of Node that tests run: skipped with a word on a laptop without Node, required where CI=true."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

NODE_MIN = 20


def cannot(why: str) -> None:
    """Skip the test, or fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


async def run(*command: str, folder: Path, **environ: str) -> tuple[int, str, str]:
    """The program's code, and what it wrote to both outputs."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def install(source: Path, files: Sequence[str], folder: Path, *, node_min: int = 0) -> None:
    """Copy these files of `source` into an own `folder`, and install what its package.json asks for.

    With a package-lock.json among them, exactly that.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        cannot("This needs node and npm.")
    _, version, _ = await run("node", "--version", folder=folder)
    if int(version.lstrip("v").split(".")[0]) < node_min:
        cannot(f"This needs Node {node_min} or newer, and {version.strip()} is here.")
    for file in files:
        shutil.copy(source / file, folder)
    how = ("ci",) if "package-lock.json" in files else ("install", "--no-package-lock")
    code, _, err = await run(
        "npm", *how, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", folder=folder
    )
    if code:
        cannot(f"npm cannot install what {source.name} needs: {err[-500:]}")
