"""A program that serves: `python -m tests.http.serving DSN WORKERS SIGNING_KEY_FILE`; prints its URL."""

import sys

from app.http.server import serve
from app.services import make_services
from app.settings import Settings


def main() -> None:
    """Serve until told to stop."""
    dsn, workers, key = sys.argv[1:]
    settings = Settings(
        database_url=dsn,
        workers=int(workers),
        port=0,
        signing_key=key,
        development_tokens=True,
        database_connections=2,
    )
    serve(settings, make_services, on_ready=lambda url: print(url, flush=True))
    print("stopped", flush=True)


if __name__ == "__main__":
    main()
