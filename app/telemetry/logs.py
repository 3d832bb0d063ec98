"""Logs as JSON lines: what happened, where in the code and how long it took; never about whom.

An exception's text may hold a row's values, a document or a token, so no log has it: types and places in
the code are enough to find a fault.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, TextIO

import orjson
import structlog

from app.telemetry.current import TRACE_ID

_FRAMES_MAX: Final = 12
_MESSAGE_LENGTH_MAX: Final = 200
_PAUSE_S: Final = 1.0
"""A library's line is not written again so soon: what any client can cause would fill a disk."""
_LINES_REMEMBERED_MAX: Final = 100


def configure_logging(stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Send structlog and the standard library's loggers to `stream` (standard error), INFO and above.

    Of the latter the same line comes at most once a second, by the `clock`, and says in `held_back` how often
    it was not written since it was last.
    """
    out = stream if stream is not None else sys.stderr
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            _with_trace_id,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _IntoStructlog)]:
        root.removeHandler(handler)
    root.addHandler(_IntoStructlog(clock))
    root.setLevel(logging.WARNING)


def what_failed(error: BaseException) -> dict[str, Any]:
    """The types of the error and its causes, and the innermost places in the code, without any text."""
    types: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(types) < 5:
        types.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    return {"error": types, "at_lines": places(frames)}


def places(frames: Iterable[traceback.FrameSummary]) -> list[str]:
    """Where in the code these frames are, as a log tells it."""
    return [f"{_shown(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _shown(filename: str) -> str:
    """The end of a path: module and folder say enough, and where it is installed is nobody's business."""
    return "/".join(filename.replace("\\", "/").split("/")[-3:])


def _with_trace_id(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Every line that is written on behalf of a request says which."""
    trace_id = TRACE_ID.get()
    if trace_id is not None:
        event.setdefault("trace_id", trace_id.decode("ascii"))
    return event


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode("utf-8")


class _IntoStructlog(logging.Handler):
    """Passes on what libraries log: the first line of the text without its arguments, and places."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._written: dict[Hashable, tuple[float, int]] = {}
        """By what a line tells: when it was written last, and how often it was held back since."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = str(record.msg).split("\n", 1)[0][:_MESSAGE_LENGTH_MAX]
            told = what_failed(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
            held_back = self._held_back((record.name, record.levelno, line, *told.get("at_lines", ())))
            if held_back is None:
                return
            if held_back:
                told["held_back"] = held_back
            log = structlog.get_logger(record.name)
            log.log(min(record.levelno, logging.CRITICAL), line, logger=record.name, **told)
        except Exception:
            self.handleError(record)

    def _held_back(self, what: Hashable) -> int | None:
        """How often this was held back before it is written now; None if it is held back itself."""
        now = self._clock()
        at, held_back = self._written.get(what, (now - _PAUSE_S, 0))
        if now - at < _PAUSE_S:
            self._written[what] = (at, held_back + 1)
            return None
        self._written.pop(what, None)
        self._written[what] = (now, 0)
        if len(self._written) > _LINES_REMEMBERED_MAX:
            del self._written[next(iter(self._written))]
        return held_back
