"""Walks through the two widgets with lists of people, to where no picture is taken."""

from typing import Final

from playwright.async_api import expect

from app.demo.organizations import NORTHWIND_ORGANIZATION
from tests.widgets.browser import Embedded
from tests.widgets.gateway import Gateway
from tests.widgets.people import JOB, come_to, matches
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
from tests.widgets.states.shown import Reach, Shown, after, button, clicked, seen


async def _created(widget: Embedded) -> None:
    """The ATS says that it has made a candidate of whoever was exported and is on the way."""
    await come_to(widget.gateway, "DELIVERED")
    await widget.gateway.state.sql(
        """
        update export set state = 'CREATED',
          candidate_id = (select id from candidate where company_id = $1 and external_id = 'cand-0010')
        where company_id = $1 and state = 'DELIVERED'
        """,
        NORTHWIND_ORGANIZATION.id,
    )
    await widget.gateway.state.sql(
        "update candidate set ats_profile_url = 'https://ats.northwind.example/cand-0010' "
        "where company_id = $1 and external_id = 'cand-0010'",
        NORTHWIND_ORGANIZATION.id,
    )


_EXPORT: Final = """
mutation Export($member: ID!, $job: ID!) {
  exportMember(input: { memberId: $member, jobId: $job }) { userErrors { message } }
}
"""


def _exported_elsewhere(place: int) -> Reach:
    """The recruiter exports one of the recommended members in another window."""

    async def reach(widget: Embedded) -> None:
        gateway = widget.gateway
        job = (
            await gateway.ask("recruiter", "query ($job: String!) { job(externalId: $job) { id } }", job=JOB)
        )["data"]["job"]["id"]
        member = (await matches(gateway))[place]["node"]["id"]
        answer = await gateway.ask("recruiter", _EXPORT, member=member, job=job)
        assert answer["data"]["exportMember"]["userErrors"] == []

    return reach


async def _with_much_to_say(gateway: Gateway) -> None:
    await gateway.state.sql("update member set summary = 'Likes what can be measured.'")
    await gateway.state.sql(
        """
        update candidate set phone_numbers = '[{"number": "+49 30 1234567", "extension": "12"}]'
        where company_id = $1
        """,
        NORTHWIND_ORGANIZATION.id,
    )


async def _members_gone(widget: Embedded) -> None:
    """All members have closed their accounts since they were listed."""
    await widget.gateway.state.sql("delete from member")


async def _opened_again(widget: Embedded) -> None:
    await widget.page.reload()


async def _no_stages(gateway: Gateway) -> None:
    await gateway.state.sql("update application set stage = null")


async def _no_decisions(gateway: Gateway) -> None:
    await gateway.state.unsupported("RECOMMENDED_MATCHES")


async def _key_refused(widget: Embedded) -> None:
    await card(0)(widget).focus()
    await widget.page.keyboard.press("s")
    await expect(widget.frame.locator(".toast")).to_be_visible()


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


async def _found_in_ats(widget: Embedded) -> None:
    await typed("engineer")(widget)
    await IN_ATS(widget)


_FOLLOWED = after(
    *(clicked(on_card(0, "Export")), says(0, "Export asked for")),
    *(exports_become("FAILED", "The callback answered 503."), says(0, "503")),
)
_IN_THE_END = after(
    *(clicked(on_card(1, "Export")), says(1, "Export asked for"), _created),
    says(1, "the candidate is in your ATS"),
)

WALKS: Final = (
    Shown(
        name="search-walk-more",
        parameters={"job": JOB},
        reach=after(
            *(_found_in_ats, clicked(button("Show more"))),
            lambda widget: expect(card(39)(widget)).to_be_visible(),
            clicked(button("Show more")),
            lambda widget: expect(card(59)(widget)).to_be_visible(),
        ),
    ),
    Shown(
        name="search-walk-refused",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(_found_in_ats, _forbidden, clicked(on_card(0, "Export"))),
            says(0, "do not contact"),
        ),
    ),
    Shown(
        name="search-walk-exports",
        parameters={"job": JOB},
        changes=True,
        reach=after(typed(WORDS), facet("In your ATS", "No"), _FOLLOWED, _IN_THE_END),
    ),
    Shown(
        name="search-walk-exported-before",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(typed(WORDS), facet("In your ATS", "No"), clicked(on_card(0, "Export"))),
            *(says(0, "Export asked for"), _created, clicked(on_card(1, "Export"))),
            *(says(1, "Export asked for"), exports_become("FAILED", "The callback answered 503.")),
            *(_opened_again, typed(WORDS), facet("In your ATS", "No"), clicked(on_card(0, "Export"))),
            *(says(0, "the candidate is in your ATS"), clicked(on_card(1, "Export")), says(1, "503")),
        ),
    ),
    Shown(
        name="search-walk-decide-refused",
        parameters={"job": JOB},
        changes=True,
        reach=after(typed(WORDS), _members_gone, clicked(on_card(0, "Save")), says(0, "No member")),
    ),
    Shown(
        name="search-walk-without-decisions",
        parameters={"job": JOB},
        prepare=_no_decisions,
        reach=after(typed(WORDS), _key_refused),
    ),
    Shown(
        name="search-walk-without-stages",
        parameters={"job": JOB},
        prepare=_no_stages,
        reach=after(
            *(typed("engineer"), IN_ATS, clicked(on_card(0, "Details")), seen("Experience")),
            clicked(button("Show more")),
            lambda widget: expect(card(39)(widget)).to_be_visible(),
        ),
    ),
    Shown(
        name="recommended-walk-more",
        parameters={"job": JOB},
        reach=after(
            *(listed, clicked(button("Show more"))),
            lambda widget: expect(card(39)(widget)).to_be_visible(),
        ),
    ),
    Shown(
        name="recommended-walk-refused",
        parameters={"job": JOB},
        changes=True,
        reach=after(listed, _forbidden_best, clicked(on_card(0, "Export")), says(0, "do not contact")),
    ),
    Shown(
        name="recommended-walk-exports",
        parameters={"job": JOB},
        changes=True,
        reach=after(listed, _FOLLOWED, _IN_THE_END),
    ),
    Shown(
        name="recommended-walk-decide-refused",
        parameters={"job": JOB},
        changes=True,
        reach=after(listed, _members_gone, clicked(on_card(0, "Save")), says(0, "No member")),
    ),
    Shown(
        name="recommended-walk-exported-before",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(listed, clicked(button("Show more")), clicked(on_card(0, "Export"))),
            *(clicked(on_card(20, "Export")), says(0, "Export asked for"), says(20, "Export asked for")),
            *(exports_become("FAILED", "The callback answered 503."), clicked(on_card(1, "Export"))),
            *(clicked(on_card(21, "Export")), says(1, "Export asked for"), says(21, "Export asked for")),
            *(_created, clicked(on_card(2, "Export")), clicked(on_card(22, "Export"))),
            *(says(2, "Export asked for"), says(22, "Export asked for"), _opened_again),
            *(says(0, "503"), says(1, "the candidate is in your ATS"), says(2, "asked for")),
            *(clicked(button("Show more")), says(20, "503"), says(21, "the candidate is in your ATS")),
            *(exports_become("FAILED", "It was answered 504."), says(2, "504"), says(22, "504")),
        ),
    ),
    Shown(
        name="search-walk-details",
        parameters={"job": JOB},
        prepare=_with_much_to_say,
        reach=after(typed("engineer"), IN_ATS, clicked(on_card(0, "Details")), seen("Likes what can be")),
    ),
    Shown(
        name="search-walk-choose-job",
        changes=True,
        reach=after(
            *(typed(WORDS), chosen_job, clicked(lambda widget: widget.frame.get_by_role("option").first)),
            *(clicked(on_card(0, "Save")), says(0, "Saved")),
        ),
    ),
    Shown(
        name="recommended-walk-details",
        parameters={"job": JOB},
        prepare=_with_much_to_say,
        reach=after(listed, clicked(on_card(0, "Details")), seen("Likes what can be")),
    ),
    Shown(
        name="recommended-walk-exported-elsewhere",
        parameters={"job": JOB},
        changes=True,
        reach=after(
            *(listed, _exported_elsewhere(0), _created, _exported_elsewhere(1)),
            *(exports_become("FAILED", "The callback answered 503."), clicked(on_card(0, "Export"))),
            *(says(0, "the candidate is in your ATS"), clicked(on_card(1, "Export")), says(1, "503")),
        ),
    ),
)
