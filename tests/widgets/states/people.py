"""The states of the two widgets with lists of people: the search and the recommended matches."""

from typing import Final

from playwright.async_api import expect

from tests.widgets.browser import Embedded
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway
from tests.widgets.people import JOB, LINKEDIN_IS_DOWN
from tests.widgets.states.lists import (
    IN_ATS,
    WORDS,
    card,
    chosen_job,
    exports_become,
    facet,
    listed,
    on_card,
    says,
    typed,
)
from tests.widgets.states.shown import (
    Shown,
    after,
    clicked,
    cut_off,
    never_answering,
    no_token,
    seen,
    told,
)

CLOSED_JOB: Final = "job-002"
_LITE, _PARKED = ATS_USERS["recruiter-lite"], ATS_USERS["recruiter-parked"]
_COMPANY_WIDE: Final = ATS_USERS["recruiter-company-wide"]


async def _no_matches(gateway: Gateway) -> None:
    await gateway.state.sql("delete from recommended_match")


async def _unsupported(gateway: Gateway) -> None:
    await gateway.state.unsupported("UNIFIED_SEARCH", "RECOMMENDED_MATCHES")


async def _keys(widget: Embedded) -> None:
    await card(0)(widget).focus()
    await widget.page.keyboard.press("?")
    await expect(widget.frame.get_by_role("dialog")).to_be_visible()


_DECIDED = after(
    *(clicked(on_card(0, "Save")), says(0, "Saved"), clicked(on_card(1, "Export"))),
    *(says(1, "Export asked for"), clicked(on_card(2, "Not interested")), says(2, "Not interested")),
)

SEARCH: Final = (
    Shown(name="search-empty", parameters={"job": JOB}, reach=seen("For the job")),
    Shown(name="search-results", parameters={"job": JOB}, reach=typed(WORDS)),
    Shown(name="search-filtered", parameters={"job": JOB}, reach=after(typed("engineer"), IN_ATS)),
    Shown(
        name="search-details",
        parameters={"job": JOB},
        reach=after(typed("engineer"), IN_ATS, clicked(on_card(0, "Details")), seen("Experience")),
    ),
    Shown(
        name="search-decided",
        parameters={"job": JOB},
        changes=True,
        reach=after(typed(WORDS), facet("In your ATS", "No"), _DECIDED),
    ),
    Shown(
        name="search-export-failed",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(typed(WORDS), facet("In your ATS", "No"), clicked(on_card(0, "Export"))),
            *(says(0, "Export asked for"), exports_become("FAILED", "The callback answered 503.")),
            says(0, "Ask its administrator"),
        ),
    ),
    Shown(name="search-choose-job", reach=after(typed(WORDS), chosen_job)),
    Shown(name="search-keys", parameters={"job": JOB}, reach=after(typed(WORDS), _keys)),
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
        reach=after(typed(WORDS), seen("Ask a Recruiter admin to activate RSC")),
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
    Shown(name="recommended-matches", parameters={"job": JOB}, reach=listed),
    Shown(
        name="recommended-details",
        parameters={"job": JOB},
        reach=after(listed, clicked(on_card(0, "Details")), seen("Experience")),
    ),
    Shown(name="recommended-decided", parameters={"job": JOB}, changes=True, reach=after(listed, _DECIDED)),
    Shown(name="recommended-keys", parameters={"job": JOB}, reach=after(listed, _keys)),
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
        reach=after(listed, seen("Export is not available.")),
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
