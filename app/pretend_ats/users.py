"""Who uses the ATS, and how the ATS knows them again: a cookie of its own that it has signed."""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.demo.ats_users import ATS_ADMIN, ATS_COLLEAGUE, ATS_OWNER, ATS_RECRUITER

COOKIE: Final = "pretend_ats"
LIFETIME_S: Final = 8 * 3_600
THEMES: Final = ("auto", "light", "dark")

_SIGNATURE_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user of the ATS. `ats_user_id` is what the gateway is told; None if nobody is signed in."""

    name: str
    label: str
    ats_user_id: str | None
    is_admin: bool = False


USERS: Final[Mapping[str, User]] = {
    user.name: user
    for user in (
        User(name="recruiter", label="Recruiter with a LinkedIn seat", ats_user_id=ATS_RECRUITER),
        User(name="colleague", label="Hiring manager without a seat", ats_user_id=ATS_COLLEAGUE),
        User(name="admin", label="Administrator of the ATS", ats_user_id=ATS_ADMIN, is_admin=True),
        User(
            name="owner",
            label="Administrator of ATS and Recruiter",
            ats_user_id=ATS_OWNER,
            is_admin=True,
        ),
        User(name="nobody", label="Nobody (signed out)", ats_user_id=None),
    )
}
"""By name, in the order in which they are offered. The first is signed in until another is chosen."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says."""

    user: User = USERS["recruiter"]
    theme: str = "auto"

    def changed(self, user: str | None, theme: str | None) -> "Session":
        """The session with what is named; names that there are not change nothing."""
        return replace(
            self,
            user=USERS.get(user or "", self.user),
            theme=theme if theme in THEMES else self.theme,
        )


class Sessions:
    """Makes cookies and believes only those that it made, for eight hours. Restarted, it believes none."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def cookie(self, session: Session, *, now_s: float | None = None) -> str:
        """The cookie's value."""
        issued_s = int(time.time() if now_s is None else now_s)
        said = f"{session.user.name}.{session.theme}.{issued_s}"
        return f"{said}.{self._signature(said)}"

    def read(self, cookie: str | None, *, now_s: float | None = None) -> Session | None:
        """The session of a cookie; None if there is none, somebody else made it, or it is too old."""
        said, _, signature = (cookie or "").rpartition(".")
        if len(signature) != _SIGNATURE_LENGTH or not cookie or not cookie.isascii():
            return None
        if not hmac.compare_digest(self._signature(said), signature):
            return None
        user, theme, issued_s = said.split(".")
        now_s = time.time() if now_s is None else now_s
        return Session(USERS[user], theme) if 0 <= now_s - int(issued_s) < LIFETIME_S else None

    def _signature(self, said: str) -> str:
        return hmac.new(self._key, said.encode("utf-8"), "sha256").hexdigest()
