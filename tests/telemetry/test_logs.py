"""Logs say what happened and where in the code, and never a value."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.telemetry.logs import configure_logging, what_failed

SECRET = "ada@northwind.example"


class Clock:
    """A clock that stands until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def written(clock: Clock) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging(stream, clock=clock)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def failing() -> Exception:
    """An error with a cause, as it is caught, with a value of a row in every text."""
    with pytest.raises(RuntimeError) as caught:
        fail()
    return caught.value


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_log_line_is_one_json_object_with_time_and_level(written: io.StringIO) -> None:
    structlog.get_logger().info("started", port=8000)
    structlog.get_logger().debug("unseen")
    (line,) = lines(written)
    assert {"event": "started", "level": "info", "port": 8000}.items() <= line.items()
    assert str(line["at"]).endswith("Z")


def test_an_error_is_logged_by_types_and_places_without_its_text(written: io.StringIO) -> None:
    structlog.get_logger().error("request_failed", **what_failed(failing()))
    (line,) = lines(written)
    assert line["error"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert any("test_logs.py" in str(place) and "failing" in str(place) for place in [line["at_lines"]])
    assert SECRET not in written.getvalue()


def test_places_do_not_say_where_the_program_is_installed() -> None:
    for place in what_failed(failing())["at_lines"]:
        assert not place.startswith("/")


def test_what_libraries_log_loses_its_arguments_and_tracebacks(written: io.StringIO) -> None:
    log = logging.getLogger("some.library")
    log.warning("cannot reach %s", SECRET)
    log.error("Exception in ASGI application\n%s", SECRET, exc_info=failing())
    log.info("unseen")
    first, second = lines(written)
    assert (first["logger"], first["event"]) == ("some.library", "cannot reach %s")
    assert second["event"] == "Exception in ASGI application"
    assert second["error"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert SECRET not in written.getvalue()


def test_configuring_twice_logs_once(written: io.StringIO) -> None:
    configure_logging(written)
    logging.getLogger("some.library").warning("once")
    assert len(lines(written)) == 1


def test_a_library_that_repeats_itself_is_written_once_a_second_with_how_often(
    written: io.StringIO, clock: Clock
) -> None:
    log = logging.getLogger("some.server")
    for _ in range(1_000):
        log.warning("Invalid request received.")
        log.warning("Something else.")
    assert [line["event"] for line in lines(written)] == ["Invalid request received.", "Something else."]
    clock.now += 0.9
    log.warning("Invalid request received.")
    assert len(lines(written)) == 2
    clock.now += 0.1
    log.warning("Invalid request received.")
    log.warning("Invalid request received.")
    clock.now += 5
    log.warning("Invalid request received.")
    assert [line.get("held_back") for line in lines(written)] == [None, None, 1_000, 1]


def test_failures_in_different_places_do_not_hold_each_other_back(written: io.StringIO) -> None:
    log = logging.getLogger("some.server")
    other = RuntimeError(SECRET)
    for _ in range(3):
        log.error("Exception in the application", exc_info=failing())
        log.error("Exception in the application", exc_info=other)
    assert len(lines(written)) == 2


def test_only_so_many_lines_are_remembered(written: io.StringIO) -> None:
    log = logging.getLogger("some.server")
    for number in range(300):
        log.warning(f"line {number}")
    log.warning("line 0")
    log.warning("line 299")
    assert [line["event"] for line in lines(written)[299:]] == ["line 299", "line 0"]


def test_our_own_lines_are_all_written(written: io.StringIO) -> None:
    for _ in range(3):
        structlog.get_logger().error("request_failed")
    assert len(lines(written)) == 3
