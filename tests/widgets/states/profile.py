"""The profile widget's states."""

from typing import Final

from playwright.async_api import Locator, expect

from app.auth.personas import NORTHWIND_RPS_CONTRACT
from tests.widgets.browser import Embedded
from tests.widgets.gateway import (
    AMBIGUOUS,
    ATS_USERS,
    MANUAL,
    MATCHED,
    UNCONNECTED,
    UNLINKED,
    UNMATCHED,
    Gateway,
)
from tests.widgets.people import LINKEDIN_IS_DOWN
from tests.widgets.states.shown import (
    REFUSED,
    Shown,
    after,
    answering,
    button,
    clicked,
    company_of,
    cut_off,
    key,
    never_answering,
    no_token,
    seen,
    tab,
    told,
)

DO_NOT_CONTACT: Final = "cand-0046"
MANY_APPLICATIONS: Final = "cand-0190"
NOT_SYNCED: Final = "cand-not-synced"

_profile = seen("Marchetti")
_activity = after(_profile, clicked(tab("Activity")))


async def _entries(widget: Embedded) -> None:
    await expect(widget.frame.locator(".entry").first).to_be_visible()


async def _every_fold(widget: Embedded) -> None:
    for fold in await widget.frame.locator("details > summary").all():
        await fold.click()


async def _find(widget: Embedded) -> None:
    field = widget.frame.get_by_role("searchbox").first
    await field.fill("Marchetti")
    await field.press("Enter")
    await expect(widget.frame.locator(".person").first).to_be_visible()


async def _long_lists(gateway: Gateway) -> None:
    """More InMails, recruiters' notes and ATS notes than a page has."""
    company = company_of()
    await _copied(gateway, "inmail", "member_urn = 'urn:li:person:m0001'")
    shared = (
        "member_urn = 'urn:li:person:m0001' and visibility = 'SHARED' and not is_deleted "
        "and contract_id = (select contract_id from seat where urn = 'urn:li:seat:7001')"
    )
    await _copied(gateway, "recruiter_note", shared)
    candidate = f"select id from candidate where company_id = {company} and external_id = '{MATCHED}'"
    await _copied(gateway, "note", f"candidate_id = ({candidate})")


async def _very_many_applications(gateway: Gateway) -> None:
    candidate = f"select id from candidate where company_id = {company_of()} and external_id = '{MATCHED}'"
    await _copied(gateway, "application", f"candidate_id = ({candidate})", times=30)


async def _copied(gateway: Gateway, table: str, which: str, times: int = 12) -> None:
    columns = await gateway.state.sql(
        "select column_name, is_generated from information_schema.columns "
        "where table_schema = 'public' and table_name = $1 order by ordinal_position",
        table,
    )
    fresh = {"id": "gen_random_uuid()", "external_id": "external_id || '-' || n", "urn": "urn || n"}
    names = [row["column_name"] for row in columns if row["is_generated"] == "NEVER"]
    await gateway.state.sql(
        f"insert into {table} ({', '.join(names)}) "
        f"select {', '.join(fresh.get(name, name) for name in names)} from ("
        f"  select * from {table} where company_id = {company_of()} and {which} limit 1"
        f") one, generate_series(1, {times}) n"
    )


async def _no_profile(gateway: Gateway) -> None:
    await gateway.state.sql("delete from member where urn = 'urn:li:person:m0001'")


async def _disabled(gateway: Gateway) -> None:
    await gateway.state.integration("DISABLED")


async def _syncing(gateway: Gateway) -> None:
    await gateway.state.integration("SYNCING")


async def _resyncing(gateway: Gateway) -> None:
    await gateway.state.resyncing("candidate", "application", "job")


async def _nothing_switched_on(gateway: Gateway) -> None:
    await gateway.state.access(company_wide=False, contracts=())


async def _unsupported(gateway: Gateway) -> None:
    await gateway.state.unsupported("UNIFIED_SEARCH")


async def _no_other_contract(gateway: Gateway) -> None:
    await gateway.state.access(company_wide=True, contracts=(NORTHWIND_RPS_CONTRACT,))


STATES: Final = (
    Shown(name="profile-matched", parameters={"candidate": MATCHED}, reach=_profile),
    Shown(
        name="profile-matched-evidence",
        parameters={"candidate": MATCHED},
        reach=after(_profile, _every_fold),
    ),
    Shown(
        name="profile-matched-by-hand",
        parameters={"candidate": MANUAL},
        reach=after(seen("Tuschmo"), _every_fold),
    ),
    Shown(name="profile-activity", parameters={"candidate": MATCHED}, reach=after(_activity, _entries)),
    Shown(
        name="profile-activity-long",
        parameters={"candidate": MATCHED},
        prepare=_long_lists,
        reach=after(
            *(_activity, _entries, clicked(key("more-inMails"))),
            *(clicked(key("more-recruiterNotes")), clicked(key("more-notes"))),
        ),
    ),
    Shown(
        name="profile-activity-contract-access-required",
        parameters={"candidate": MATCHED, "user": ATS_USERS["recruiter-company-wide"]},
        prepare=_no_other_contract,
        reach=after(_activity, told(reason="CONTRACT_ACCESS_REQUIRED")),
    ),
    Shown(
        name="profile-many-applications",
        parameters={"candidate": MANY_APPLICATIONS},
        reach=clicked(key("more-applications")),
    ),
    Shown(
        name="profile-do-not-contact",
        parameters={"candidate": DO_NOT_CONTACT},
        reach=seen("Do not contact"),
    ),
    Shown(
        name="profile-unlink",
        parameters={"candidate": MATCHED},
        reach=after(_profile, clicked(key("unlink")), seen("Cancel")),
    ),
    Shown(
        name="profile-unlinked",
        parameters={"candidate": UNLINKED},
        reach=told(state="UNLINKED"),
    ),
    Shown(name="profile-unmatched", parameters={"candidate": UNMATCHED}, reach=told(state="UNMATCHED")),
    Shown(
        name="profile-unmatched-search",
        parameters={"candidate": UNMATCHED},
        reach=after(told(state="UNMATCHED"), _find),
    ),
    Shown(name="profile-ambiguous", parameters={"candidate": AMBIGUOUS}, reach=told(state="AMBIGUOUS")),
    Shown(
        name="profile-closed",
        parameters={"candidate": MATCHED},
        prepare=_no_profile,
        reach=told(state="MATCHED"),
    ),
    Shown(
        name="profile-not-connected",
        parameters={"candidate": MATCHED, "user": UNCONNECTED},
        reach=told(reason="NO_SEAT"),
    ),
    Shown(
        name="profile-seat-parked",
        parameters={"candidate": MATCHED, "user": ATS_USERS["recruiter-parked"]},
        reach=told(reason="SEAT_INACTIVE"),
    ),
    Shown(
        name="profile-recruiter-lite",
        parameters={"candidate": MATCHED, "user": ATS_USERS["recruiter-lite"]},
        reach=told(reason="RECRUITER_LITE"),
    ),
    Shown(
        name="profile-not-switched-on",
        parameters={"candidate": MATCHED},
        prepare=_nothing_switched_on,
        reach=told(reason="CONTRACT_NOT_ENABLED"),
    ),
    Shown(
        name="profile-search-not-supported",
        parameters={"candidate": UNMATCHED},
        prepare=_unsupported,
        reach=told(state="UNMATCHED"),
    ),
    Shown(
        name="profile-resyncing",
        parameters={"candidate": MATCHED},
        prepare=_resyncing,
        reach=told(reason="RESYNCING"),
    ),
    Shown(
        name="profile-disabled",
        parameters={"candidate": MATCHED, "expecting": REFUSED},
        prepare=_disabled,
        reach=told(code="INTEGRATION_DISABLED"),
    ),
    Shown(
        name="profile-source-down",
        parameters={"candidate": MATCHED},
        settings=LINKEDIN_IS_DOWN,
        reach=told(code="SOURCE_UNAVAILABLE"),
    ),
    Shown(name="profile-not-yet", parameters={"candidate": NOT_SYNCED}, reach=told(code="NOT_YET")),
    Shown(
        name="profile-first-sync",
        parameters={"candidate": NOT_SYNCED},
        prepare=_syncing,
        reach=told(code="NOT_YET"),
    ),
    Shown(
        name="profile-loading",
        parameters={"candidate": MATCHED},
        before=never_answering,
        is_loading=True,
        reach=lambda widget: expect(widget.frame.locator(".skeleton").first).to_be_visible(),
    ),
    Shown(
        name="profile-no-token",
        parameters={"candidate": MATCHED, "give": no_token},
        reach=told(code="NO_TOKEN"),
    ),
    Shown(
        name="profile-offline",
        parameters={"candidate": MATCHED, "expecting": "ERR_INTERNET_DISCONNECTED"},
        before=cut_off,
        reach=told(code="OFFLINE"),
    ),
    Shown(
        name="profile-busy",
        parameters={"candidate": MATCHED, "expecting": "status of 503"},
        before=answering(503, "OVERLOADED", **{"Retry-After": "30"}),
        reach=told(code="OVERLOADED"),
    ),
)


async def _gone(widget: Embedded) -> None:
    """The ATS deletes the candidate while somebody looks at them."""
    await widget.gateway.state.sql(
        f"update candidate set external_id = external_id || '-gone' where company_id = {company_of()}"
    )


def _confirm(widget: Embedded) -> Locator:
    return widget.frame.get_by_role("dialog").get_by_role("button", name="Unlink")


async def _many_found(widget: Embedded) -> None:
    field = widget.frame.get_by_role("searchbox").first
    await field.fill("Engineer Berlin")
    await field.press("Enter")
    await widget.frame.locator(".person").first.wait_for()


async def _by_address(widget: Embedded) -> None:
    field = widget.frame.locator('input[inputmode="url"]').first
    await field.fill("https://www.linkedin.com/in/zoe-marchetti")
    await field.press("Enter")
    await widget.frame.locator(".person").first.wait_for()


async def _more_twice(widget: Embedded) -> None:
    """Until there are as many applications as two pages behind the first have."""
    for shown in (23, 33):
        await key("more-applications")(widget).click()
        await expect(widget.frame.locator(".application")).to_have_count(shown)


WALKS: Final = (
    Shown(
        name="profile-very-many-applications",
        parameters={"candidate": MATCHED},
        prepare=_very_many_applications,
        reach=_more_twice,
    ),
    Shown(
        name="profile-unlink-refused",
        parameters={"candidate": MATCHED},
        changes=True,
        reach=after(
            *(_profile, clicked(key("unlink")), _gone),
            *(
                clicked(
                    lambda widget: widget.frame.get_by_role("dialog").get_by_role("button", name="Unlink")
                ),
            ),
            lambda widget: expect(widget.frame.locator(".match .notice")).to_be_visible(),
        ),
    ),
    Shown(
        name="profile-link-refused",
        parameters={"candidate": AMBIGUOUS},
        changes=True,
        reach=after(
            *(told(state="AMBIGUOUS"), _gone),
            clicked(lambda widget: widget.frame.locator(".person button").first),
            lambda widget: expect(widget.frame.locator(".person .notice")).to_be_visible(),
        ),
    ),
    Shown(
        name="profile-many-found",
        parameters={"candidate": UNMATCHED},
        reach=after(told(state="UNMATCHED"), _many_found, clicked(button("Show more")), _by_address),
    ),
)
