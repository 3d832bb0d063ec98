"""The files that pages load, under names that change with their content, so that browsers keep them.

There is no bundler: modules stay as they are written, and only what they import is rewritten to the hashed
names. All names carry the one hash of all files, so modules may import each other in any direction.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.errors import Fault

PATH: Final = "/widgets/assets"
_KEPT_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = "public, no-cache"
_CONTENT_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_IMPORT: Final = re.compile(r"""((?:\bfrom|\bimport)\s*\(?\s*["'])\./([a-z][a-z0-9_]*)\.js(["'])""")
_GZIP: Final = re.compile(r"(?:^|[,\s])(?:gzip|\*)(?!\s*;\s*q=0(?:\.0*)?(?:[,\s]|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent, and compressed."""

    content: bytes
    compressed: bytes
    content_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their plain names; `imports` are those that a module loads, directly or not."""

    files: Mapping[str, Asset]
    imports: Mapping[str, tuple[str, ...]]
    version: str

    def url(self, name: str) -> str:
        """Where the file is. Raises: Fault if there is none."""
        if name not in self.files:
            raise Fault(f"the widgets have no file {name}")
        return f"{PATH}/{_hashed(name, self.version)}"

    def named(self, hashed: str) -> Asset | None:
        """The file of this name in URLs; None for a name that is of no present file."""
        stem, _, ending = hashed.rpartition(".")
        plain, _, version = stem.rpartition(".")
        return self.files.get(f"{plain}.{ending}") if version == self.version else None


def read_assets(folder: Path, *, apart: frozenset[str] = frozenset()) -> Assets:
    """All scripts and style sheets of the folder but those in `apart`.

    Raises: Fault for a module that imports what is not there.
    """
    texts = {
        file.name: file.read_text("utf-8")
        for file in sorted(folder.iterdir())
        if file.suffix in _CONTENT_TYPES and file.name not in apart
    }
    whole = "\0".join(f"{name}\0{text}" for name, text in texts.items())
    version = hashlib.sha256(whole.encode()).hexdigest()[:16]
    direct: dict[str, list[str]] = {}
    files: dict[str, Asset] = {}
    for name, text in texts.items():
        direct[name] = (
            [f"{module}.js" for _, module, _ in _IMPORT.findall(text)] if name.endswith(".js") else []
        )
        missing = [module for module in direct[name] if module not in texts]
        if missing:
            raise Fault(f"the widgets' {name} imports {missing[0]}, which is not there")
        rewritten = _IMPORT.sub(rf"\1./\2.{version}.js\3", text) if name.endswith(".js") else text
        files[name] = asset_of(name, rewritten.encode())
    return Assets(files, {name: _all_imports(name, direct) for name in texts}, version)


def asset_of(name: str, content: bytes) -> Asset:
    """The file of this name and content, made ready to be sent."""
    return Asset(
        content=content,
        # Without a time in it, so that the same files are the same bytes in each worker.
        compressed=gzip.compress(content, 9, mtime=0),
        content_type=_CONTENT_TYPES[Path(name).suffix],
        digest=hashlib.sha256(content).hexdigest()[:20],
    )


def asset_response(
    request: Request, asset: Asset | None, *, for_ever: bool, for_all: bool = False
) -> Response:
    """The file, compressed where that is taken. `for_all`: pages of any origin may load it."""
    if asset is None:
        return PlainTextResponse("There is no such file.", status_code=404)
    headers = {
        "Cache-Control": _KEPT_FOR_A_YEAR if for_ever else _ASKED_AGAIN,
        "Cross-Origin-Resource-Policy": "cross-origin" if for_all else "same-origin",
        "ETag": f'"{asset.digest}"',
        "Vary": "Accept-Encoding",
    }
    if for_all:
        headers["Access-Control-Allow-Origin"] = "*"
    if f'"{asset.digest}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = asset.content_type
    if takes_gzip(request):
        return Response(asset.compressed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.content, headers=headers)


def takes_gzip(request: Request) -> bool:
    """Whether the answer may be compressed."""
    return _GZIP.search(request.headers.get("accept-encoding", "")) is not None


def _hashed(name: str, version: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{version}.{ending}"


def _all_imports(name: str, direct: Mapping[str, list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    unread = [name]
    while unread:
        for module in direct[unread.pop()]:
            if module not in found and module != name:
                found[module] = None
                unread.append(module)
    return tuple(found)
