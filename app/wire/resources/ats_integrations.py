"""atsIntegrations: the parts of a company's integration, under the names that the partner gives them.

Naming one is also how a partner says that it is ready: an integration that waits for the partner's approval
gets it, and an application that acts for no company yet comes to act for this one (`app.wire.tying`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from app.access.decide import Decision, decide_on_contract
from app.access.features import DenialReason, IntegrationState
from app.errors import CallerError, ErrorCode
from app.ids import split_own
from app.integration.consents import approve_integration
from app.integration.held import hold
from app.integration.life import NO_INTEGRATION
from app.outbox.events import EventType
from app.refused import WriteRefused
from app.wire.answers import BatchAnswer, PageAnswer
from app.wire.codes import WireRefused
from app.wire.integration_keys import KEY, OF_COMPANY, OF_CONTRACT, check_integration_key, integration_key
from app.wire.keys import CONTEXT, Key
from app.wire.registry import Resource
from app.wire.request import Json, Method, WireRequest

NAME_LENGTH_MAX: Final = 300
_ON_A_SEAT: Final = frozenset({DenialReason.NO_SEAT, DenialReason.SEAT_INACTIVE})

_NAMES: Final = """
select integration_type, context, name
from ats_integration
where company_id = $1 and integration_id = $2
"""


async def get_integrations(request: WireRequest) -> BatchAnswer:
    """The parts by their keys; without an integration there are none."""
    batch = BatchAnswer()
    names = await _names(request)
    for key in request.keys:
        try:
            check_integration_key(key)
        except WireRefused as refusal:
            batch.refuse(key, refusal)
        else:
            if names is not None:
                batch.found(key, _entity(request, key, names))
    return batch


async def name_integrations(request: WireRequest) -> BatchAnswer:
    """Set `integrationName`, the name that the customer's admin sees."""
    batch = BatchAnswer()
    named: list[tuple[Key, str]] = []
    for key, entity in request.entities:
        assert key is not None
        try:
            check_integration_key(key)
            named.append((key, _name(request.patch_of(entity))))
        except (WireRefused, CallerError) as refusal:
            batch.refuse(key, refusal)
    if named:
        await _keep(request, named)
    for key, _ in named:
        batch.done(key)
    return batch


async def by_request(request: WireRequest) -> PageAnswer:
    """The parts of the integration that a notification was about, as they are now.

    The request id is good for as long as the notification says (`expiresAt`).
    Raises: WireRefused (NOT_FOUND) for an id that is unknown, expired, or of another kind of notification.
    """
    said = request.query.required("requestId")
    rows = await request.pool.fetch(
        request.company_id,
        """
        select payload
        from outbox
        where company_id = $1 and id = $2 and partner_name = $3 and type = $4
          and (payload ->> 'expiresAt')::bigint > extract(epoch from now()) * 1000
        """,
        [request.company_id, _event_id(said), request.partner, EventType.INTEGRATION_STATUS_CHANGE.value],
    )
    names = await _names(request)
    if not rows or names is None:
        raise WireRefused("NOT_FOUND", "No notification with this request id is known.")
    elements = [{"requestId": said, **_entity(request, key, names)} for key in _parts(request)]
    return PageAnswer(elements=elements, count=len(elements), total=len(elements))


def _parts(request: WireRequest) -> Iterator[Key]:
    for kind in OF_COMPANY:
        yield integration_key(request.company.company_urn, kind)
    for contract in request.company.contracts:
        for kind in OF_CONTRACT:
            yield integration_key(contract.urn, kind)


def _entity(request: WireRequest, key: Key, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    integration = request.company.integration
    assert integration is not None
    decision = _decision(request, key)
    is_on = decision.granted or decision.reason in _ON_A_SEAT
    entity: dict[str, Any] = {
        **dict(key.parts),
        "integrationName": names.get((key["integrationType"], key[CONTEXT])),
        "status": "ENABLED" if is_on else "DISABLED",
        "integrationState": integration.state.value,
    }
    if not is_on:
        entity |= {"reason": decision.reason, "howToFix": decision.how_to_fix}
    return entity


def _decision(request: WireRequest, key: Key) -> Decision:
    """The matrix's; a partner has no seat, and a part that only lacks one is on."""
    viewer, kind = request.grants.viewer, key["integrationType"]
    if kind in OF_COMPANY:
        return request.grants.decisions[OF_COMPANY[kind]]
    contract = next(one for one in viewer.contracts if one.urn == key[CONTEXT])
    return decide_on_contract(OF_CONTRACT[kind], viewer, contract.id)


async def _names(request: WireRequest) -> Mapping[tuple[str, str], str] | None:
    integration = request.company.integration
    if integration is None:
        return None
    rows = await request.pool.fetch(request.company_id, _NAMES, [request.company_id, integration.id])
    return {(row["integration_type"], row["context"]): row["name"] for row in rows}


async def _keep(request: WireRequest, named: list[tuple[Key, str]]) -> None:
    """Keep the names; the partner is ready with that. Raises: WriteRefused (NO_INTEGRATION)."""
    async with request.pool.transaction(request.company_id) as connection:
        held = await hold(connection, request.company_id, request.actor)
        if held.state in (None, IntegrationState.ERASED) or held.row["partner_name"] != request.partner:
            raise WriteRefused(*NO_INTEGRATION)
        await connection.executemany(
            """
            insert into ats_integration as known
              (company_id, integration_id, integration_type, context, tenant_type, name, named_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (company_id, integration_id, integration_type, context) do update
            set name = excluded.name, tenant_type = excluded.tenant_type, named_at = excluded.named_at
            where known.name is distinct from excluded.name
            """,
            [
                (
                    *(held.company_id, held.integration_id, key["integrationType"], key[CONTEXT]),
                    *(key["tenantType"], name, held.at),
                )
                for key, name in named
            ],
        )
        waits = held.state is IntegrationState.REQUESTED
    if waits:
        await approve_integration(request.pool, request.company_id, request.actor, partner=request.partner)
        request.notes["changes_facts"] = True


def _name(patch: Mapping[str, Json]) -> str:
    name = patch.get("integrationName")
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LENGTH_MAX:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"integrationName must be a text of 1 to {NAME_LENGTH_MAX} characters.",
            extensions={"path": ["integrationName"]},
        )
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in name):
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            "integrationName has a character that cannot be stored.",
            extensions={"path": ["integrationName"]},
        )
    return name.strip()


def _event_id(said: str) -> UUID:
    """An id that no notification has is as unknown as any other."""
    own = split_own(said)
    try:
        return UUID(own[1] if own is not None else said) if len(said) <= 100 else UUID(int=0)
    except ValueError:
        return UUID(int=0)


RESOURCE: Final = Resource(
    path="atsIntegrations",
    key=KEY,
    methods={Method.BATCH_GET: get_integrations, Method.BATCH_PARTIAL_UPDATE: name_integrations},
    finders={"request": by_request},
    while_disabled=True,
    contract_context=True,
    ties=True,
)
