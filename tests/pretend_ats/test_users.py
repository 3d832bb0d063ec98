"""The ATS believes a cookie that it made itself, for eight hours, and no other."""

import pytest

from app.pretend_ats.users import LIFETIME_S, THEMES, USERS, Session, Sessions

NOW_S = 1_800_000_000


@pytest.mark.parametrize("user", USERS.values(), ids=list(USERS))
@pytest.mark.parametrize("theme", THEMES)
def test_a_cookie_is_read_as_it_was_made(user: object, theme: str) -> None:
    sessions = Sessions()
    session = Session().changed(user.name, theme)  # type: ignore[attr-defined]
    assert sessions.read(sessions.cookie(session)) == session
    assert session.user is user


def test_a_cookie_ends_after_eight_hours_and_does_not_begin_in_the_future() -> None:
    sessions = Sessions()
    cookie = sessions.cookie(Session(), now_s=NOW_S)
    assert sessions.read(cookie, now_s=NOW_S + LIFETIME_S - 1) == Session()
    assert sessions.read(cookie, now_s=NOW_S + LIFETIME_S) is None
    assert sessions.read(cookie, now_s=NOW_S - 1) is None


def test_no_other_cookie_is_believed() -> None:
    sessions = Sessions()
    good = sessions.cookie(Session())
    others = [
        None,
        "",
        ".",
        "é" * 70,
        good[:-1],
        good + "0",
        good.upper(),
        good.replace("recruiter", "admin"),
        "x" * 64,
        "." + "x" * 64,
        Sessions().cookie(Session()),
    ]
    assert [sessions.read(other) for other in others] == [None] * len(others)


def test_a_name_that_there_is_not_changes_nothing() -> None:
    assert Session().changed("root", "neon") == Session()
    assert Session().changed(None, None) == Session()
