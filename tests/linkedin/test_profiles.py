"""What is read of LinkedIn's profiles."""

from typing import Any

import orjson
import pytest

from app.demo.casting import cast
from app.demo.profiles import MEMBER_COLUMNS, member_rows
from app.linkedin.profiles import ELEMENTS_MAX, NotAProfile, read_profile
from app.simulator.world import World

NAMED = {"id": "x", "localizedFirstName": "Ada", "localizedLastName": "L"}


def test_every_profile_is_read_as_the_mirror_has_it(world: World) -> None:
    for values in member_rows(cast().members):
        row = dict(zip(MEMBER_COLUMNS, values, strict=True))
        person_id = row.pop("urn").rpartition(":")[2]
        expected = {**row, "is_closed": False}
        for name in ("positions", "education", "skills"):
            expected[name] = orjson.loads(row[name])
        assert read_profile(person_id, world.people[person_id]) == expected


@pytest.mark.parametrize(
    "said",
    [
        *(None, [], "profile", 7, {}, {"id": "x"}, {**NAMED, "id": "y"}, {**NAMED, "id": None}),
        *({**NAMED, "localizedFirstName": ""}, {**NAMED, "localizedLastName": 5}),
    ],
)
def test_what_is_nobodys_or_has_no_name_is_no_profile(said: Any) -> None:
    with pytest.raises(NotAProfile):
        read_profile("x", said)


@pytest.mark.parametrize(
    ("name", "value", "column", "read"),
    [
        ("localizedHeadline", 5, "headline", None),
        ("localizedHeadline", "", "headline", None),
        ("localizedHeadline", "a\0b", "headline", "ab"),
        ("numConnections", -1, "connection_count", None),
        ("numConnections", 2**31, "connection_count", None),
        ("numConnections", True, "connection_count", None),
        ("openToWork", "yes", "open_to_work", False),
        ("profilePicture", "url", "picture_url", None),
        ("positions", {"a": 1}, "positions", []),
        ("positions", [None, {"localizedTitle": "T"}], "positions", []),
        ("skills", [{"name": "Go"}, {"name": None}], "skills", [{"name": "Go", "endorsementCount": 0}]),
        ("skills", [{"name": "Go"}] * 600, "skills", [{"name": "Go", "endorsementCount": 0}] * ELEMENTS_MAX),
    ],
)
def test_what_is_said_in_another_way_is_left_out(name: str, value: Any, column: str, read: Any) -> None:
    assert read_profile("x", {**NAMED, name: value})[column] == read


@pytest.mark.parametrize(
    ("start", "read"),
    [
        ({"year": 2020, "month": 7}, "2020-07-01"),
        ({"year": 2020}, "2020-01-01"),
        ({"year": 2020, "month": 13}, None),
        ({"month": 7}, None),
        ({"year": "2020"}, None),
        ("2020", None),
    ],
)
def test_a_month_becomes_its_first_day(start: Any, read: str | None) -> None:
    position = {"localizedTitle": "T", "localizedCompanyName": "C", "startMonthYear": start}
    assert read_profile("x", {**NAMED, "positions": [position]})["positions"][0]["startDate"] == read
