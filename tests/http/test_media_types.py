"""Which of the two media types an Accept header gets."""

import pytest

from app.errors import CallerError
from app.http.media_types import answer_in
from tests.http.conftest import RECRUITER, Gateway, code_of

OLD, NEW = "application/json", "application/graphql-response+json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, OLD),
        ("", OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (OLD, OLD),
        (NEW, NEW),
        (f"{NEW}, {OLD}", NEW),
        (f"{OLD}, {NEW}", NEW),
        (f"{NEW}; q=0.5, {OLD}", OLD),
        (f"{NEW}; q=0.9, {OLD};q=0.8", NEW),
        (f"{NEW}, {OLD}; q=0.9", NEW),
        (f"{NEW}; charset=utf-8, {OLD}; charset=utf-8", NEW),
        ("Application/GraphQL-Response+JSON", NEW),
        (f"text/html, {NEW}", NEW),
        (f"{NEW}, */*; q=0.1", NEW),
        (f"{NEW}; q=0.1, */*", OLD),
        (f"{NEW}; q=0, */*", OLD),
        (f"{OLD}; q=0, */*", NEW),
        (f"{OLD}; q=0, application/*", NEW),
        ("text/html, */*; q=0.8", OLD),
        (f"{OLD}; charset=iso-8859-1, {NEW}", NEW),
        ("text/html", None),
        ("image/*", None),
        (f"{OLD}; q=0", None),
        ("*/*; q=0", None),
        (f"{NEW}; charset=utf-16", None),
        (f"{NEW}; q=nan", None),
        ("nonsense", None),
        (",;,;=", None),
    ],
)
def test_accept_is_negotiated(accept: str | None, expected: str | None) -> None:
    header = accept.encode() if accept is not None else None
    for _ in range(2):  # The second answer comes from memory.
        if expected is None:
            with pytest.raises(CallerError) as caught:
                answer_in(header)
            assert caught.value.status == 406
        else:
            assert answer_in(header).name == expected


async def test_what_cannot_be_answered_is_406_in_json(gateway: Gateway) -> None:
    response = await gateway.ask("{viewer{roles}}", RECRUITER | {"Accept": "text/html"})
    assert response.status_code == 406
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert code_of(response) == "BAD_REQUEST"
