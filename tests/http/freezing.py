"""Workers that hang when told: `python -m tests.http.freezing DSN KEY_FILE FOLDER`; prints its URL.

Two of them; the event loop of one is blocked for good once FOLDER has a file named by its process id. A
second and a half of silence is enough to be replaced here.
"""

import asyncio
import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from app.http import beat
from app.http.server import serve
from app.http.services import Services
from app.services import make_services
from app.settings import Settings

SILENT_S: Final = 1.5
_LOOKED_EVERY_S: Final = 0.05


async def _freeze_when_told(folder: Path) -> None:
    file = folder / str(os.getpid())
    while True:
        await asyncio.sleep(_LOOKED_EVERY_S)
        while file.exists():
            time.sleep(_LOOKED_EVERY_S)  # noqa: ASYNC251 (what must not be is what is wanted here)


def _freezing(folder: Path, settings: Settings) -> Services:
    beat.SILENT_S_MAX = SILENT_S  # type: ignore[misc]
    services = make_services(settings)
    return replace(
        services, background={**services.background, "freezing": partial(_freeze_when_told, folder)}
    )


def main() -> None:
    """Serve until told to stop."""
    dsn, key, folder = sys.argv[1:]
    settings = Settings(
        database_url=dsn,
        workers=2,
        port=0,
        signing_key=key,
        development_tokens=True,
        database_connections=2,
    )
    serve(settings, partial(_freezing, Path(folder)), on_ready=lambda url: print(url, flush=True))
    print("stopped", flush=True)


if __name__ == "__main__":
    main()
