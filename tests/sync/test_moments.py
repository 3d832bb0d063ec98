"""The forms of a time that ATS files have."""

from datetime import UTC, datetime

import pytest

from app.sync.moments import read_moment
from app.sync.records import RecordRefusedError

NOON = datetime(2017, 9, 29, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2017-09-29T12:00:05Z", NOON),
        ("2017-09-29T12:00:05.000Z", NOON),
        ("2017-09-29T14:00:05+02:00", NOON),
        ("2017-09-29 12:00:05 UTC", NOON),
        ("2017-09-29 12:00:05", NOON),
        ("09/29/2017 12:00:05", NOON),
        ("Fri, 29 Sep 2017 12:00:05 GMT", NOON),
        (1506686405, NOON),
        (1506686405000, NOON),
        ("1506686405000", NOON),
        ("2017-09-29", NOON.replace(hour=0, second=0)),
        ("29/09/2017", NOON.replace(hour=0, second=0)),
        ("9/12/2017", datetime(2017, 9, 12, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_read(value: object, moment: datetime | None) -> None:
    assert read_moment(value, ("at",)) == moment


@pytest.mark.parametrize(
    "value", ["soon", "2017-13-01", "99/99/2017", True, 1.5, {}, 10**18, -(10**18), "x" * 99]
)
def test_anything_else_is_refused_with_its_path(value: object) -> None:
    with pytest.raises(RecordRefusedError) as raised:
        read_moment(value, ("candidate", "created_at"))
    assert raised.value.path == ("candidate", "created_at")
