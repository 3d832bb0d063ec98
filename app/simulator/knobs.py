"""How well the simulated LinkedIn feels: what it does beside answering, changeable while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from app.errors import CallerError, ErrorCode


class Answers(StrEnum):
    """What answers look like on the wire."""

    RIGHT = "right"
    MALFORMED = "malformed"
    """Status 200, but the JSON breaks off."""
    HALF = "half"
    """Half of the announced body, then the connection is closed."""
    EMPTY = "empty"
    """Status 200 and nothing."""
    ENDLESS = "endless"
    """A body that does not end while somebody reads it (64 MB at most)."""
    WRONG_IDS = "wrong-ids"
    """Each person that was asked for is answered with somebody else's profile."""
    DUPLICATES = "duplicates"
    """Each person is there twice: in the JSON object, the same name twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """The state of the simulated LinkedIn. As it is made, everything is well."""

    latency_ms: int = 0
    """How long each answer takes at least."""
    jitter_ms: int = 0
    """Up to so much is added to it, evenly spread."""
    error_rate: float = 0.0
    """The part of the calls, from 0 to 1, that are answered with `error_status`."""
    error_status: int = 500
    calls_a_second: int = 0
    """More than these are answered 429 with Retry-After; 0: as many as come."""
    retry_after_s: int = 1
    """What Retry-After says where calls are throttled."""
    closed: tuple[str, ...] = ()
    """Person ids (`m0001`) whose accounts are closed, besides the demo's own closed ones."""
    down: bool = False
    """Every connection is reset without an answer."""
    flap_every: int = 0
    """So many calls are answered, as many find it down, and so on; 0: it does not flap."""
    answers: Answers = Answers.RIGHT
    token_lifetime_s: int = 1800
    """How long an access token is good from when it is issued."""

    def as_json(self) -> dict[str, Any]:
        """The knobs by name."""
        return asdict(self)

    def turned(self, given: object) -> "Knobs":
        """These knobs with some of them turned, by name.

        Raises: CallerError (BAD_USER_INPUT) naming the first that there is not or that cannot be so.
        """
        if not isinstance(given, Mapping):
            raise CallerError(ErrorCode.BAD_USER_INPUT, "The knobs are a JSON object.")
        read: dict[str, Any] = {}
        for name, value in given.items():
            if name not in _READ:
                message = f"There is no knob {str(name)[:40]!r}; there are {', '.join(_READ)}."
                raise CallerError(ErrorCode.BAD_USER_INPUT, message)
            read[name] = _READ[name](name, value)
        return replace(self, **read)


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} is a whole number from {low} to {high}.")
        return value

    return read


def _part(name: str, value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} is a number from 0 to 1.")
    return float(value)


def _switch(name: str, value: Any) -> bool:
    if type(value) is not bool:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} is true or false.")
    return value


def _ids(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} is a list of person ids, like m0001.")
    return tuple(value)


def _answers(name: str, value: Any) -> Answers:
    try:
        return Answers(value)
    except ValueError:
        kinds = ", ".join(Answers)
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{name} is one of {kinds}.") from None


_READ: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "latency_ms": _whole(0, 600_000),
    "jitter_ms": _whole(0, 600_000),
    "error_rate": _part,
    "error_status": _whole(400, 599),
    "calls_a_second": _whole(0, 1_000_000),
    "retry_after_s": _whole(0, 86_400),
    "closed": _ids,
    "down": _switch,
    "flap_every": _whole(0, 1_000_000),
    "answers": _answers,
    "token_lifetime_s": _whole(1, 86_400),
}
