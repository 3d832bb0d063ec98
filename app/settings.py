"""Every setting of the program, read once from the environment. The README's table lists the same."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from app.errors import CallerError, ErrorCode

QUEUE_PER_CONNECTION: Final = 2
"""So many may wait for each connection where a queue stands: with fewer a connection may find nobody, more of
them are only slower (`make load`)."""

_Choice = TypeVar("_Choice", bound=StrEnum)
_ORIGIN: Final = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may cost us (DESIGN.md, section 6). Not settable: clients rely on them."""

    body_bytes_max: int = 1_000_000
    body_drain_bytes_max: int = 8_000_000
    document_tokens_max: int = 3_000
    depth_max: int = 15
    aliases_per_level_max: int = 30
    directives_max: int = 50
    cost_max: int = 200_000
    page_size_default: int = 20
    page_size_max: int = 200
    nodes_max: int = 1_000
    request_timeout_ms: int = 10_000
    statement_timeout_ms: int = 5_000
    wire_body_bytes_max: int = 7_999_999
    wire_body_drain_bytes_max: int = 16_000_000


class MemberSourceKind(StrEnum):
    """Where members' profiles come from: the table `member`, or LinkedIn's API."""

    MIRROR = "mirror"
    LINKEDIN = "linkedin"


class DatabasePooler(StrEnum):
    """What stands between us and PostgreSQL: nothing, or a PgBouncer whose connections last a transaction."""

    NONE = "none"
    TRANSACTION = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The program's settings. Times are in the unit that ends the name."""

    database_url: str | None = None
    database_read_url: str | None = None
    database_read_lag_ms: int = 5_000
    database_pooler: DatabasePooler = DatabasePooler.NONE
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
    wire_records_a_minute: int = 0
    wire_requests_a_day: int = 0
    member_source: MemberSourceKind = MemberSourceKind.MIRROR
    member_retention_h: int = 24
    member_fresh_min: int = 60
    linkedin_url: str = "https://api.linkedin.com"
    linkedin_client_id: str | None = None
    linkedin_client_secret: str | None = None
    linkedin_timeout_ms: int = 2_000
    linkedin_wait_ms: int = 3_000
    linkedin_connections: int = 8
    database_connections: int = 4
    queue_per_connection: int = QUEUE_PER_CONNECTION
    document_cache_size: int = 1_000
    plan_cache_size: int = 2_000
    picture_origins: tuple[str, ...] = ("https://media.licdn.com",)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read `DATABASE_URL` and `RSC_…`; a value that cannot be read names its variable.

        Raises: CallerError (BAD_USER_INPUT) naming the variable and what it takes.
        """
        env = os.environ if environ is None else environ
        cores = os.cpu_count() or 1
        workers = _integer(env, "RSC_WORKERS", 1, low=1, high=64)
        connections = _integer(env, "RSC_DATABASE_CONNECTIONS", max(2, 3 * cores // workers), low=1, high=100)
        return cls(
            database_url=env.get("DATABASE_URL") or None,
            database_read_url=env.get("DATABASE_READ_URL") or None,
            database_read_lag_ms=_integer(env, "RSC_DATABASE_READ_LAG_MS", 5_000, low=100, high=600_000),
            database_pooler=_one_of(env, "RSC_DATABASE_POOLER", DatabasePooler.NONE),
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
            wire_records_a_minute=_integer(env, "RSC_WIRE_RECORDS_A_MINUTE", 0, low=0, high=100_000_000),
            wire_requests_a_day=_integer(env, "RSC_WIRE_REQUESTS_A_DAY", 0, low=0, high=100_000_000),
            member_source=_one_of(env, "RSC_MEMBER_SOURCE", MemberSourceKind.MIRROR),
            member_retention_h=_integer(env, "RSC_MEMBER_RETENTION_H", 24, low=1, high=24 * 30),
            member_fresh_min=_integer(env, "RSC_MEMBER_FRESH_MIN", 60, low=1, high=24 * 60),
            linkedin_url=env.get("RSC_LINKEDIN_URL") or "https://api.linkedin.com",
            linkedin_client_id=env.get("RSC_LINKEDIN_CLIENT_ID") or None,
            linkedin_client_secret=env.get("RSC_LINKEDIN_CLIENT_SECRET") or None,
            linkedin_timeout_ms=_integer(env, "RSC_LINKEDIN_TIMEOUT_MS", 2_000, low=50, high=8_000),
            linkedin_wait_ms=_integer(env, "RSC_LINKEDIN_WAIT_MS", 3_000, low=50, high=8_000),
            linkedin_connections=_integer(env, "RSC_LINKEDIN_CONNECTIONS", 8, low=1, high=100),
            database_connections=connections,
            queue_per_connection=_integer(
                env, "RSC_QUEUE_PER_CONNECTION", QUEUE_PER_CONNECTION, low=1, high=1_000
            ),
            document_cache_size=_integer(env, "RSC_DOCUMENT_CACHE_SIZE", 1_000, low=10, high=100_000),
            plan_cache_size=_integer(env, "RSC_PLAN_CACHE_SIZE", 2_000, low=10, high=100_000),
            picture_origins=_origins(env, "RSC_PICTURE_ORIGINS") or ("https://media.licdn.com",),
        )


def _one_of(env: Mapping[str, str], name: str, default: _Choice) -> _Choice:
    choices = list(type(default))
    text = env.get(name) or default.value
    if text not in choices:
        listed = " or ".join(choices)
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} must be {listed}, not {text[:40]!r}.")
    return type(default)(text)


def _names(value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


def _origins(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    origins = _names(env.get(name))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise CallerError(
                ErrorCode.BAD_USER_INPUT,
                f"{name} must be origins like https://media.licdn.com, with commas, not {origin[:60]!r}.",
            )
    return origins


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
