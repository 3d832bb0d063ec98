"""Every setting of the program, read once from the environment. The README's table lists the same."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import CallerError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may cost us (DESIGN.md, section 6). Not settable: clients rely on them."""

    body_bytes_max: int = 1_000_000
    body_drain_bytes_max: int = 8_000_000
    document_tokens_max: int = 10_000
    depth_max: int = 15
    aliases_per_level_max: int = 30
    directives_max: int = 50
    cost_max: int = 200_000
    page_size_default: int = 20
    page_size_max: int = 200
    nodes_max: int = 1_000
    request_timeout_ms: int = 10_000
    statement_timeout_ms: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The program's settings. Times are in the unit that ends the name."""

    database_url: str | None = None
    data_dir: Path = Path(".rsc")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    issuers: str | None = None
    signing_key: str | None = None
    development_tokens: bool = False
    graphiql: bool = False
    open_introspection: bool = False
    allow_private_callbacks: bool = False
    database_connections: int = 4
    document_cache_size: int = 1_000
    plan_cache_size: int = 2_000
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read `DATABASE_URL` and `RSC_…`; a value that cannot be read names its variable.

        Raises: CallerError (BAD_USER_INPUT) naming the variable and what it takes.
        """
        env = os.environ if environ is None else environ
        cores = os.cpu_count() or 1
        workers = _integer(env, "RSC_WORKERS", 1, low=1, high=64)
        connections = _integer(env, "RSC_DATABASE_CONNECTIONS", max(2, 2 * cores // workers), low=1, high=100)
        return cls(
            database_url=env.get("DATABASE_URL") or None,
            data_dir=Path(env.get("RSC_DATA_DIR") or ".rsc"),
            host=env.get("RSC_HOST") or "127.0.0.1",
            port=_integer(env, "RSC_PORT", 8000, low=0, high=65535),
            workers=workers,
            allowed_hosts=_names(env.get("RSC_ALLOWED_HOSTS")) or ("localhost", "127.0.0.1"),
            issuers=env.get("RSC_ISSUERS") or None,
            signing_key=env.get("RSC_SIGNING_KEY") or None,
            development_tokens=_switch(env, "RSC_DEVELOPMENT_TOKENS"),
            graphiql=_switch(env, "RSC_GRAPHIQL"),
            open_introspection=_switch(env, "RSC_OPEN_INTROSPECTION"),
            allow_private_callbacks=_switch(env, "RSC_ALLOW_PRIVATE_CALLBACKS"),
            database_connections=connections,
            document_cache_size=_integer(env, "RSC_DOCUMENT_CACHE_SIZE", 1_000, low=10, high=100_000),
            plan_cache_size=_integer(env, "RSC_PLAN_CACHE_SIZE", 2_000, low=10, high=100_000),
        )


def _names(value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


def _integer(env: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}.",
        )
    return int(text)


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").lower()
    if text in {"", "0", "false", "off", "no"}:
        return False
    if text in {"1", "true", "on", "yes"}:
        return True
    raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} must be 1 or 0, not {text[:40]!r}.")
