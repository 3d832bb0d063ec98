"""The onboarding widget's states."""

from typing import Final

import orjson
from playwright.async_api import Locator, expect

from app.auth.personas import DEMO_PARTNER, NORTHWIND_CORPORATE_CONTRACT
from app.demo.organizations import NORTHWIND_ORGANIZATION
from tests.widgets.browser import Embedded
from tests.widgets.gateway import ATS_USERS, UNCONNECTED, Gateway
from tests.widgets.states.shown import (
    Prepare,
    Reach,
    Shown,
    after,
    button,
    clicked,
    cut_off,
    key,
    never_answering,
    no_token,
    seen,
    told,
)

_ADMIN: Final = {"user": ATS_USERS["recruiter-admin"]}
_ATS_ADMIN: Final = {"user": UNCONNECTED, "is_admin": True}
_BOTH: Final = {**_ADMIN, "is_admin": True}
_COUNTS: Final = [
    {"entity": "job", "outcome": "CREATED", "count": 22},
    {"entity": "candidate", "outcome": "CREATED", "count": 383},
    {"entity": "candidate", "outcome": "UPDATED", "count": 4},
    {"entity": "candidate", "outcome": "REFUSED", "count": 3},
]
_NOBODY: Final = {"user": UNCONNECTED}


def _in(state: str) -> Reach:
    return lambda widget: expect(widget.frame.locator(f".onboarding[data-state={state}]")).to_be_visible()


def _put(state: str, *, asked_first: bool = False) -> Prepare:
    async def prepare(gateway: Gateway) -> None:
        if asked_first:
            await gateway.state.sql(
                "update partner set must_be_asked_first = true where name = $1", DEMO_PARTNER
            )
        await gateway.state.integration(state)

    return prepare


async def _nothing_chosen(gateway: Gateway) -> None:
    await gateway.state.access(company_wide=False, contracts=())
    await gateway.state.integration("PARTNER_READY")


async def _first_sync(gateway: Gateway) -> None:
    """Some records have come, and three were refused."""
    company = NORTHWIND_ORGANIZATION.id
    await gateway.state.resyncing("candidate", "application", "job", done=412, expected=1_310)
    await gateway.state.sql(
        "update sync_run set kind = 'FIRST', refused = 3, started_at = '2026-11-02 08:20Z' "
        "where company_id = $1 and finished_at is null",
        company,
    )
    await gateway.state.sql(
        "update integration set resync_run_id = null, resync_due = false where company_id = $1", company
    )
    await gateway.state.sql(
        "update sync_run set counts = $1::jsonb where company_id = $2 and finished_at is null",
        orjson.dumps(_COUNTS).decode(),
        company,
    )
    await gateway.state.integration("SYNCING")


async def _resync(gateway: Gateway) -> None:
    await gateway.state.resyncing("candidate", "application", "job", done=300, expected=900)
    await gateway.state.sql(
        "update sync_run set started_at = '2026-11-01 15:00Z', counts = $1::jsonb where finished_at is null",
        orjson.dumps(_COUNTS).decode(),
    )


async def _acknowledged(gateway: Gateway) -> None:
    await gateway.state.integration("DISABLED")
    await gateway.state.sql(
        "update integration set disabled_at = '2026-10-30 10:00Z', acknowledged_at = '2026-10-31 10:00Z' "
        "where company_id = $1",
        NORTHWIND_ORGANIZATION.id,
    )


async def _disabled(gateway: Gateway) -> None:
    await gateway.state.integration("DISABLED")
    await gateway.state.sql(
        "update integration set disabled_at = '2026-10-30 10:00Z' where company_id = $1",
        NORTHWIND_ORGANIZATION.id,
    )


async def _dialog(widget: Embedded) -> None:
    await expect(widget.frame.get_by_role("dialog")).to_be_visible()


def _confirm(name: str) -> Reach:
    return clicked(lambda widget: widget.frame.get_by_role("dialog").get_by_role("button", name=name))


def _switch(widget: Embedded) -> Locator:
    return widget.frame.get_by_role("switch", name="Contract access for Corporate Functions")


STATES: Final = (
    Shown(name="onboarding-none", parameters=_NOBODY, prepare=_put("ERASED"), reach=_in("NONE")),
    Shown(name="onboarding-none-ats-admin", parameters=_ATS_ADMIN, prepare=_put("ERASED"), reach=_in("NONE")),
    Shown(
        name="onboarding-request",
        parameters=_ATS_ADMIN,
        prepare=_put("ERASED", asked_first=True),
        reach=after(clicked(button("Request the integration")), _dialog),
    ),
    Shown(
        name="onboarding-requested",
        parameters=_ATS_ADMIN,
        prepare=_put("REQUESTED", asked_first=True),
        reach=_in("REQUESTED"),
    ),
    Shown(
        name="onboarding-ready",
        parameters={"user": ATS_USERS["recruiter"]},
        prepare=_nothing_chosen,
        reach=_in("PARTNER_READY"),
    ),
    Shown(name="onboarding-choose", parameters=_ADMIN, prepare=_nothing_chosen, reach=_in("PARTNER_READY")),
    Shown(
        name="onboarding-choose-refused",
        parameters=_ADMIN,
        prepare=_nothing_chosen,
        reach=after(
            *(clicked(button("Enable the integration")), _confirm("Consent and enable")),
            seen("Name a contract, or choose company-wide access."),
        ),
    ),
    Shown(
        name="onboarding-enable",
        parameters=_ADMIN,
        prepare=_put("PARTNER_READY"),
        reach=after(clicked(button("Enable the integration")), _dialog),
    ),
    Shown(name="onboarding-syncing", parameters=_ADMIN, prepare=_first_sync, reach=_in("SYNCING")),
    Shown(name="onboarding-resyncing", parameters=_ADMIN, prepare=_resync, reach=_in("RESYNCING")),
    Shown(name="onboarding-live", parameters=_BOTH, reach=_in("LIVE")),
    Shown(name="onboarding-live-user", parameters=_NOBODY, reach=_in("LIVE")),
    Shown(name="onboarding-live-recruiter", parameters={"user": ATS_USERS["recruiter"]}, reach=_in("LIVE")),
    Shown(
        name="onboarding-live-parked",
        parameters={"user": ATS_USERS["recruiter-parked"]},
        reach=_in("LIVE"),
    ),
    Shown(
        name="onboarding-activate",
        parameters=_ADMIN,
        reach=after(_in("LIVE"), clicked(_switch), _dialog),
    ),
    Shown(
        name="onboarding-switch-off",
        parameters=_ADMIN,
        reach=after(_in("LIVE"), clicked(button("Switch off")), _dialog),
    ),
    Shown(
        name="onboarding-switch-off-refused",
        parameters=_ADMIN,
        changes=True,
        reach=after(
            *(_in("LIVE"), clicked(button("Switch off")), _confirm("Switch off")),
            seen("This was not done"),
        ),
    ),
    Shown(name="onboarding-disabled", parameters=_ATS_ADMIN, prepare=_disabled, reach=_in("DISABLED")),
    Shown(
        name="onboarding-disabled-acknowledged",
        parameters=_NOBODY,
        prepare=_acknowledged,
        reach=_in("DISABLED"),
    ),
    Shown(
        name="onboarding-loading",
        parameters=_NOBODY,
        before=never_answering,
        is_loading=True,
        reach=lambda widget: expect(widget.frame.locator(".skeleton").first).to_be_visible(),
    ),
    Shown(name="onboarding-no-token", parameters={"give": no_token}, reach=told(code="NO_TOKEN")),
    Shown(
        name="onboarding-offline",
        parameters={"expecting": "ERR_INTERNET_DISCONNECTED"},
        before=cut_off,
        reach=told(code="OFFLINE"),
    ),
)


def _behind_its_back(state: str) -> Reach:
    """The integration goes into this state while the page shows another."""

    async def reach(widget: Embedded) -> None:
        await widget.gateway.state.integration(state)

    return reach


async def _contract_is_lite(widget: Embedded) -> None:
    await widget.gateway.state.sql(
        "update contract set product_tier = 'RECRUITER_LITE' where urn = $1", NORTHWIND_CORPORATE_CONTRACT
    )


_refused = seen("This was not done")


async def _box_clicked(widget: Embedded, number: int) -> None:
    await widget.frame.get_by_role("checkbox").nth(number).click()


WALKS: Final = (
    Shown(
        name="onboarding-walk-request-refused",
        parameters=_ATS_ADMIN,
        prepare=_put("ERASED"),
        reach=after(
            *(clicked(button("Request the integration")), _dialog, _behind_its_back("LIVE")),
            *(_confirm("Consent and request"), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-enable-refused",
        parameters=_ADMIN,
        prepare=_put("PARTNER_READY"),
        reach=after(
            *(clicked(button("Enable the integration")), _dialog, _behind_its_back("LIVE")),
            *(_confirm("Consent and enable"), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-disable-refused",
        parameters=_ADMIN,
        changes=True,
        reach=after(
            *(_in("LIVE"), clicked(button("Switch off")), _dialog, _behind_its_back("DISABLED")),
            *(_confirm("Switch off"), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-activate-refused",
        parameters=_ADMIN,
        changes=True,
        reach=after(_in("LIVE"), clicked(_switch), _contract_is_lite, _confirm("Switch on"), _refused),
    ),
    Shown(
        name="onboarding-walk-company-wide-refused",
        parameters=_ADMIN,
        changes=True,
        reach=after(
            *(_in("LIVE"), _behind_its_back("DISABLED")),
            *(lambda widget: _box_clicked(widget, 0), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-settings-refused",
        parameters=_ADMIN,
        changes=True,
        reach=after(
            *(_in("LIVE"), _behind_its_back("DISABLED")),
            *(lambda widget: _box_clicked(widget, 1), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-viewers-refused",
        parameters=_ATS_ADMIN,
        changes=True,
        reach=after(
            *(_in("LIVE"), _behind_its_back("ERASED")),
            *(lambda widget: _box_clicked(widget, 0), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-acknowledge-refused",
        parameters=_ATS_ADMIN,
        prepare=_disabled,
        reach=after(
            *(clicked(key("acknowledge")), _dialog, _behind_its_back("LIVE")),
            *(_confirm("Yes, it has stopped"), _refused),
        ),
    ),
    Shown(
        name="onboarding-walk-progress",
        parameters=_ADMIN,
        prepare=_first_sync,
        reach=after(
            _in("SYNCING"),
            lambda widget: widget.gateway.state.sql(
                "update sync_run set done = 999 where finished_at is null"
            ),
            seen("999"),
        ),
    ),
    Shown(
        name="onboarding-walk-progress-anew",
        parameters=_ADMIN,
        prepare=_resync,
        reach=after(
            _in("RESYNCING"),
            lambda widget: widget.gateway.state.sql(
                "update sync_run set done = 777 where finished_at is null"
            ),
            seen("777"),
        ),
    ),
)
