"""Which URLs a partner may be called at, and the secret that goes with them."""

import pytest

from app.errors import CallerError, ErrorCode
from app.outbox.callbacks import callable_url, callback_of, remove_callback, set_callback
from tests.outbox.conftest import Ats
from tests.sync.companies import PARTNER, live_company

URL = "https://hooks.ats.example/rsc?customer=1"


@pytest.mark.parametrize("spelled", [URL, f"<{URL}>", f"  {URL}\n", f" < {URL} > "])
def test_a_url_may_come_in_angle_brackets(spelled: str) -> None:
    assert callable_url(spelled, allow_private=False) == URL


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.ats.example/", "must begin with https://"),
        ("ftp://hooks.ats.example/", "must begin with https://"),
        ("hooks.ats.example", "must begin with https://"),
        ("", "must begin with https://"),
        ("https://", "names no host"),
        ("https://user:secret@ats.example/", "must have neither a user name nor a fragment"),
        ("https://ats.example/#part", "must have neither a user name nor a fragment"),
        ("https://localhost/", "must lead to a public address"),
        ("https://LOCALHOST./", "must lead to a public address"),
        ("https://127.0.0.1/", "must lead to a public address"),
        ("https://[::1]/", "must lead to a public address"),
        ("https://169.254.169.254/latest", "must lead to a public address"),
        ("https://ats.example:99999/", "is not a URL"),
        ("https://ats.example/\x00", "is not a URL"),
        ("https://ats.example/" + "x" * 2000, "is longer than 2000 characters"),
    ],
)
def test_what_may_not_be_called_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(CallerError) as refused:
        callable_url(url, allow_private=False)
    assert refused.value.code is ErrorCode.BAD_USER_INPUT
    assert refused.value.message == f"The callback URL {why}."


async def test_the_secret_stays_when_the_url_changes_and_is_a_companys_own(ats: Ats) -> None:
    other = await live_company(ats.owner)
    async with ats.pool.transaction(ats.company) as connection:
        changed = await set_callback(connection, ats.company, PARTNER, URL)
        assert await callback_of(connection, ats.company, PARTNER) == changed
    assert (changed.url, changed.secrets) == (URL, ats.callback.secrets)
    async with ats.pool.transaction(other) as connection:
        theirs = await set_callback(connection, other, PARTNER, URL)
    assert set(theirs.secrets).isdisjoint(changed.secrets)


async def test_the_old_secret_signs_for_a_day_and_no_longer(ats: Ats) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        changed = await set_callback(connection, ats.company, PARTNER, URL, new_secret=True)
        assert changed.secrets[1:] == ats.callback.secrets
        assert await callback_of(connection, ats.company, PARTNER) == changed
    await ats.owner.execute("update callback set previous_until = now()")
    async with ats.pool.transaction(ats.company) as connection:
        later = await callback_of(connection, ats.company, PARTNER)
    assert later is not None
    assert later.secrets == changed.secrets[:1]


async def test_a_callback_can_be_taken_back_and_once_more(ats: Ats) -> None:
    for _ in range(2):
        async with ats.pool.transaction(ats.company) as connection:
            await remove_callback(connection, ats.company, PARTNER)
            assert await callback_of(connection, ats.company, PARTNER) is None
