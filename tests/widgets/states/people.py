"""The states of the two widgets with lists of people: the search and the recommended matches."""

from collections.abc import Callable
from typing import Final

from playwright.async_api import Locator, expect

from app.demo.organizations import NORTHWIND_ORGANIZATION
from tests.widgets.browser import Embedded
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway
from tests.widgets.people import JOB, LINKEDIN_IS_DOWN, come_to
from tests.widgets.states.shown import (
    Reach,
    Shown,
    after,
    button,
    clicked,
    cut_off,
    never_answering,
    no_token,
    seen,
    told,
)

WORDS: Final = "backend engineer berlin"
CLOSED_JOB: Final = "job-002"
_LITE, _PARKED = ATS_USERS["recruiter-lite"], ATS_USERS["recruiter-parked"]
_COMPANY_WIDE: Final = ATS_USERS["recruiter-company-wide"]


async def _listed(widget: Embedded) -> None:
    await expect(widget.frame.get_by_role("article").first).to_be_visible()


def _card(place: int) -> Callable[[Embedded], Locator]:
    return lambda widget: widget.frame.get_by_role("article").nth(place)


def _on_card(place: int, name: str) -> Callable[[Embedded], Locator]:
    return lambda widget: _card(place)(widget).get_by_role("button", name=name)


def _says(place: int, text: str) -> Reach:
    return lambda widget: expect(_card(place)(widget)).to_contain_text(text)


def _typed(words: str) -> Reach:
    async def reach(widget: Embedded) -> None:
        await widget.frame.get_by_role("searchbox").fill(words)
        await _listed(widget)

    return reach


def _facet(group: str, name: str) -> Reach:
    async def reach(widget: Embedded) -> None:
        toggle = widget.frame.get_by_role("group", name=group).get_by_role("button", name=name).first
        await toggle.click()
        await expect(toggle).to_have_attribute("aria-pressed", "true")
        await expect(widget.frame.locator(".results[aria-busy=true]")).to_have_count(0)

    return reach


def _exports_become(state: str, error: str | None = None) -> Reach:
    async def reach(widget: Embedded) -> None:
        await come_to(widget.gateway, state, error)

    return reach


async def _created(widget: Embedded) -> None:
    """The ATS says that it has made a candidate of whoever was exported last."""
    await come_to(widget.gateway, "DELIVERED")
    await widget.gateway.state.sql(
        """
        update export set state = 'CREATED',
          candidate_id = (select id from candidate where company_id = $1 and external_id = 'cand-0010')
        where company_id = $1 and id = (select max(id) from export where company_id = $1)
        """,
        NORTHWIND_ORGANIZATION.id,
    )
    await widget.gateway.state.sql(
        "update candidate set ats_profile_url = 'https://ats.northwind.example/cand-0010' "
        "where company_id = $1 and external_id = 'cand-0010'",
        NORTHWIND_ORGANIZATION.id,
    )


async def _forbidden(widget: Embedded) -> None:
    """The ATS says of everybody that they must not be contacted."""
    await widget.gateway.state.sql(
        "update candidate set own_do_not_contact = true where company_id = $1", NORTHWIND_ORGANIZATION.id
    )


async def _forbidden_best(widget: Embedded) -> None:
    """The best match is a candidate who must not be contacted, since a moment ago."""
    await widget.gateway.state.sql(
        """
        update candidate set own_do_not_contact = true, match_state = 'MANUAL', match_member_urn = (
          select m.member_urn from recommended_match m
          join job j on j.company_id = m.company_id and j.id = m.job_id
          where m.company_id = $1 and j.external_id = $2 order by m.score desc, m.member_urn limit 1)
        where company_id = $1 and external_id = 'cand-0010'
        """,
        *(NORTHWIND_ORGANIZATION.id, JOB),
    )


async def _no_matches(gateway: Gateway) -> None:
    await gateway.state.sql("delete from recommended_match")


async def _unsupported(gateway: Gateway) -> None:
    await gateway.state.unsupported("UNIFIED_SEARCH", "RECOMMENDED_MATCHES")


async def _keys(widget: Embedded) -> None:
    await _card(0)(widget).focus()
    await widget.page.keyboard.press("?")
    await expect(widget.frame.get_by_role("dialog")).to_be_visible()


async def _chosen_job(widget: Embedded) -> None:
    await _card(0)(widget).focus()
    await widget.page.keyboard.press("s")
    await widget.page.keyboard.type("engineer")
    await expect(widget.frame.get_by_role("option").first).to_be_visible()


_IN_ATS = _facet("In your ATS", "Yes")
_DECIDED = after(
    *(clicked(_on_card(0, "Save")), _says(0, "Saved"), clicked(_on_card(1, "Export"))),
    *(_says(1, "Export asked for"), clicked(_on_card(2, "Not interested")), _says(2, "Not interested")),
)

SEARCH: Final = (
    Shown(name="search-empty", parameters={"job": JOB}, reach=seen("For the job")),
    Shown(name="search-results", parameters={"job": JOB}, reach=_typed(WORDS)),
    Shown(name="search-filtered", parameters={"job": JOB}, reach=after(_typed("engineer"), _IN_ATS)),
    Shown(
        name="search-details",
        parameters={"job": JOB},
        reach=after(_typed("engineer"), _IN_ATS, clicked(_on_card(0, "Details")), seen("Experience")),
    ),
    Shown(
        name="search-decided",
        parameters={"job": JOB},
        changes=True,
        reach=after(_typed(WORDS), _facet("In your ATS", "No"), _DECIDED),
    ),
    Shown(
        name="search-export-failed",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(_typed(WORDS), _facet("In your ATS", "No"), clicked(_on_card(0, "Export"))),
            *(_says(0, "Export asked for"), _exports_become("FAILED", "The callback answered 503.")),
            _says(0, "Ask its administrator"),
        ),
    ),
    Shown(name="search-choose-job", reach=after(_typed(WORDS), _chosen_job)),
    Shown(name="search-keys", parameters={"job": JOB}, reach=after(_typed(WORDS), _keys)),
    Shown(
        name="search-nobody",
        reach=after(
            lambda widget: widget.frame.get_by_role("searchbox").fill("Xqzzyw Brrrk"),
            seen("Nobody was found"),
        ),
    ),
    Shown(
        name="search-without-export",
        parameters={"job": JOB, "user": _COMPANY_WIDE},
        reach=after(_typed(WORDS), seen("Ask a Recruiter admin to activate RSC")),
    ),
    Shown(name="search-not-connected", parameters={"user": UNCONNECTED}, reach=told(reason="NO_SEAT")),
    Shown(name="search-recruiter-lite", parameters={"user": _LITE}, reach=told(reason="RECRUITER_LITE")),
    Shown(name="search-seat-parked", parameters={"user": _PARKED}, reach=told(reason="SEAT_INACTIVE")),
    Shown(name="search-not-supported", prepare=_unsupported, reach=told(reason="PARTNER_UNSUPPORTED")),
    Shown(
        name="search-source-down",
        settings=LINKEDIN_IS_DOWN,
        reach=after(
            lambda widget: widget.frame.get_by_role("searchbox").fill("engineer"),
            told(code="SOURCE_UNAVAILABLE"),
        ),
    ),
    Shown(
        name="search-loading",
        before=never_answering,
        is_loading=True,
        reach=lambda widget: expect(widget.frame.locator(".skeleton").first).to_be_visible(),
    ),
    Shown(name="search-no-token", parameters={"give": no_token}, reach=told(code="NO_TOKEN")),
    Shown(
        name="search-offline",
        parameters={"expecting": "ERR_INTERNET_DISCONNECTED"},
        before=cut_off,
        reach=told(code="OFFLINE"),
    ),
)

RECOMMENDED: Final = (
    Shown(name="recommended-matches", parameters={"job": JOB}, reach=_listed),
    Shown(
        name="recommended-details",
        parameters={"job": JOB},
        reach=after(_listed, clicked(_on_card(0, "Details")), seen("Experience")),
    ),
    Shown(name="recommended-decided", parameters={"job": JOB}, changes=True, reach=after(_listed, _DECIDED)),
    Shown(name="recommended-keys", parameters={"job": JOB}, reach=after(_listed, _keys)),
    Shown(
        name="recommended-none",
        parameters={"job": JOB},
        prepare=_no_matches,
        reach=seen("Nobody is recommended yet"),
    ),
    Shown(name="recommended-job-closed", parameters={"job": CLOSED_JOB}, reach=seen("This job is closed")),
    Shown(
        name="recommended-not-yet",
        parameters={"job": "job-that-is-new"},
        reach=seen("has not arrived from your ATS yet"),
    ),
    Shown(
        name="recommended-without-export",
        parameters={"job": JOB, "user": _COMPANY_WIDE},
        reach=after(_listed, seen("Export is not available.")),
    ),
    Shown(
        name="recommended-not-connected",
        parameters={"job": JOB, "user": UNCONNECTED},
        reach=told(reason="NO_SEAT"),
    ),
    Shown(
        name="recommended-recruiter-lite",
        parameters={"job": JOB, "user": _LITE},
        reach=told(reason="RECRUITER_LITE"),
    ),
    Shown(
        name="recommended-seat-parked",
        parameters={"job": JOB, "user": _PARKED},
        reach=told(reason="SEAT_INACTIVE"),
    ),
    Shown(
        name="recommended-not-supported",
        parameters={"job": JOB},
        prepare=_unsupported,
        reach=told(reason="PARTNER_UNSUPPORTED"),
    ),
    Shown(
        name="recommended-source-down",
        parameters={"job": JOB},
        settings=LINKEDIN_IS_DOWN,
        reach=told(code="SOURCE_UNAVAILABLE"),
    ),
    Shown(
        name="recommended-loading",
        parameters={"job": JOB},
        before=never_answering,
        is_loading=True,
        reach=lambda widget: expect(widget.frame.locator(".skeleton").first).to_be_visible(),
    ),
    Shown(
        name="recommended-no-token", parameters={"job": JOB, "give": no_token}, reach=told(code="NO_TOKEN")
    ),
    Shown(
        name="recommended-offline",
        parameters={"job": JOB, "expecting": "ERR_INTERNET_DISCONNECTED"},
        before=cut_off,
        reach=told(code="OFFLINE"),
    ),
)


async def _found_in_ats(widget: Embedded) -> None:
    await _typed("engineer")(widget)
    await _IN_ATS(widget)


_FOLLOWED = after(
    *(clicked(_on_card(0, "Export")), _says(0, "Export asked for")),
    *(_exports_become("FAILED", "The callback answered 503."), _says(0, "503")),
)
_IN_THE_END = after(
    *(clicked(_on_card(1, "Export")), _says(1, "Export asked for"), _created),
    _says(1, "the candidate is in your ATS"),
)

WALKS: Final = (
    Shown(
        name="search-walk-more",
        parameters={"job": JOB},
        reach=after(
            *(_found_in_ats, clicked(button("Show more"))),
            lambda widget: expect(_card(39)(widget)).to_be_visible(),
            clicked(button("Show more")),
            lambda widget: expect(_card(59)(widget)).to_be_visible(),
        ),
    ),
    Shown(
        name="search-walk-refused",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(_found_in_ats, _forbidden, clicked(_on_card(0, "Export"))),
            _says(0, "do not contact"),
        ),
    ),
    Shown(
        name="search-walk-exports",
        parameters={"job": JOB},
        changes=True,
        reach=after(_typed(WORDS), _facet("In your ATS", "No"), _FOLLOWED, _IN_THE_END),
    ),
    Shown(
        name="recommended-walk-more",
        parameters={"job": JOB},
        reach=after(
            *(_listed, clicked(button("Show more"))),
            lambda widget: expect(_card(39)(widget)).to_be_visible(),
        ),
    ),
    Shown(
        name="recommended-walk-refused",
        parameters={"job": JOB},
        changes=True,
        reach=after(_listed, _forbidden_best, clicked(_on_card(0, "Export")), _says(0, "do not contact")),
    ),
    Shown(
        name="recommended-walk-exports",
        parameters={"job": JOB},
        changes=True,
        reach=after(_listed, _FOLLOWED, _IN_THE_END),
    ),
)
