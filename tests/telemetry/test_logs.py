"""Logs say what happened and where in the code, and never a value."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.telemetry.logs import configure_logging, what_failed

SECRET = "ada@northwind.example"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging(stream)
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
