"""The simulated LinkedIn while it runs: its world, how it feels, what it was asked, whom it knows."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from app.simulator.calls import Calls
from app.simulator.knobs import Knobs
from app.simulator.world import World

TOKENS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The client credentials that the simulator takes."""

    client_id: str
    client_secret: str

    @classmethod
    def random(cls) -> "Credentials":
        """Credentials of this run alone."""
        return cls(client_id=f"simulated-{secrets.token_hex(4)}", client_secret=secrets.token_urlsafe(24))


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that changes while it runs."""

    world: World
    credentials: Credentials
    knobs: Knobs = field(default_factory=Knobs)
    calls: Calls = field(default_factory=Calls)
    _tokens: dict[str, float] = field(default_factory=dict)

    def issue_token(self) -> tuple[str, int]:
        """A new access token and the seconds that it is good for. The oldest of too many is forgotten."""
        token, lifetime_s = secrets.token_urlsafe(32), self.knobs.token_lifetime_s
        if len(self._tokens) >= TOKENS_MAX:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[token] = time.monotonic() + lifetime_s
        return token, lifetime_s

    def knows_token(self, header: str | None) -> bool:
        """Whether an Authorization header bears a token that is good now."""
        scheme, _, token = (header or "").partition(" ")
        return scheme.lower() == "bearer" and self._tokens.get(token.strip(), 0.0) > time.monotonic()

    def revoke_tokens(self) -> None:
        """No token that was issued so far is good any more."""
        self._tokens.clear()

    def is_closed(self, person_id: str) -> bool:
        """Whether that person closed the account."""
        return person_id in self.world.closed or person_id in self.knobs.closed
