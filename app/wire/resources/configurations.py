"""atsIntegrations/{key}/configurations: where the ATS is called, and who sees what is on no list."""

from collections.abc import Mapping
from typing import Any, Final

from app.access.features import IntegrationState
from app.access.sight import ALL_PRODUCT_USERS, VIEWERS_SETTING, SecurableEntity
from app.errors import CallerError, ErrorCode
from app.integration.consents import of_partner
from app.integration.held import Held, hold
from app.integration.life import NO_INTEGRATION
from app.integration.viewers import set_viewers
from app.outbox.callbacks import callback_of, remove_callback, set_callback
from app.refused import WriteRefused
from app.wire.answers import BatchAnswer
from app.wire.codes import WireRefused
from app.wire.integration_keys import KEY, check_integration_key
from app.wire.keys import Key
from app.wire.registry import Resource
from app.wire.request import Json, Method, WireRequest

CALLBACK_URL: Final = "CALLBACK_URL"
VIEWERS: Final[Mapping[str, SecurableEntity]] = {name: entity for entity, name in VIEWERS_SETTING.items()}


async def get(request: WireRequest) -> BatchAnswer:
    """What is set. The callback comes with the secret that its calls are signed with (Standard Webhooks)."""
    batch = _checked(request)
    async with request.pool.acquire(request.company_id) as connection:
        callback = await callback_of(connection, request.company_id, request.partner)
        row = await connection.fetchrow(
            """
            select job_posting_viewers, application_viewers
            from integration
            where company_id = $1 and state <> 'ERASED' and partner_name = $2
            """,
            request.company_id,
            request.partner,
        )
    for key in _known(request, batch):
        name = key.value
        if name in VIEWERS:
            value = None if row is None else row[name.lower()]
            if value is not None:
                batch.found(key, _entity(name, value))
        elif callback is not None:
            batch.found(key, _entity(name, callback.url) | {"signingSecret": callback.secrets[0]})
    return batch


def _entity(name: str, value: str) -> dict[str, Any]:
    """A configuration, its value also as LinkedIn says it."""
    return {"key": name, "value": value, "configurationValue": {"string": value}}


async def put(request: WireRequest) -> BatchAnswer:
    """Set each; one that stands as asked is left alone."""
    batch = _checked(request)
    known = set(_known(request, batch))
    for key, entity in request.entities:
        assert key is not None
        if key not in known:
            continue
        try:
            await _set(request, key.value, _value(entity))
        except CallerError as refusal:
            batch.refuse(key, refusal)
        else:
            batch.done(key)
    request.notes["changes_facts"] = True
    return batch


async def delete(request: WireRequest) -> BatchAnswer:
    """Set nothing any more; what is not set is deleted already."""
    batch = _checked(request)
    for key in _known(request, batch):
        if key.value in VIEWERS:
            await _set_viewers(request, key.value, None)
        else:
            await _remove_callback(request)
        batch.done(key)
    request.notes["changes_facts"] = True
    return batch


async def _set(request: WireRequest, name: str, value: str) -> None:
    if name in VIEWERS:
        if value != ALL_PRODUCT_USERS:
            raise CallerError(ErrorCode.BAD_USER_INPUT, f"The only value of {name} is {ALL_PRODUCT_USERS}.")
        await _set_viewers(request, name, value)
        return
    async with request.pool.transaction(request.company_id) as connection:
        held = await _held(request, connection)
        before = await callback_of(connection, request.company_id, request.partner)
        after = await set_callback(
            connection,
            request.company_id,
            request.partner,
            _sayable(value),
            allow_private=request.settings.allow_private_callbacks,
        )
        if before is None or before.url != after.url:
            await held.write_down("callback.set")


async def _set_viewers(request: WireRequest, name: str, value: str | None) -> None:
    await set_viewers(
        request.pool,
        request.company_id,
        request.actor,
        partner=request.partner,
        viewers={VIEWERS[name]: value},
    )


async def _remove_callback(request: WireRequest) -> None:
    async with request.pool.transaction(request.company_id) as connection:
        held = await _held(request, connection)
        if await callback_of(connection, request.company_id, request.partner) is not None:
            await remove_callback(connection, request.company_id, request.partner)
            await held.write_down("callback.removed")


async def _held(request: WireRequest, connection: Any) -> Held:
    """The integration, locked. Raises: WriteRefused (NO_INTEGRATION) where it is another partner's by now."""
    held = await hold(connection, request.company_id, request.actor)
    if of_partner(held, request.partner) in (None, IntegrationState.ERASED):
        raise WriteRefused(*NO_INTEGRATION)
    return held


def _checked(request: WireRequest) -> BatchAnswer:
    """An answer with the names that there are not refused. Raises: WireRefused for the key in the path."""
    assert request.parent is not None
    check_integration_key(request.parent)
    batch = BatchAnswer()
    for key in request.keys:
        if key.value != CALLBACK_URL and key.value not in VIEWERS:
            known = ", ".join((CALLBACK_URL, *VIEWERS))
            batch.refuse(key, WireRefused("BAD_USER_INPUT", f"The configurations are {known}."))
    return batch


def _known(request: WireRequest, batch: BatchAnswer) -> list[Key]:
    return [key for key in request.keys if key not in batch.errors]


def _value(entity: Json) -> str:
    """The value as a text, as `{"value": …}`, or as rest.li says a union: `{"…Value": {"string": …}}`."""
    value = entity
    for _ in range(3):
        if isinstance(value, str):
            return value
        if not isinstance(value, dict):
            break
        value = next(
            (value[name] for name in ("value", "configurationValue", "string") if name in value), None
        )
    raise CallerError(
        ErrorCode.BAD_USER_INPUT, 'A configuration is {"value": text}.', extensions={"path": ["value"]}
    )


def _sayable(text: str) -> str:
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise CallerError(ErrorCode.BAD_USER_INPUT, "The callback URL is not a URL.")
    return text


RESOURCE: Final = Resource(
    path="atsIntegrations/configurations",
    parent=KEY,
    methods={Method.BATCH_GET: get, Method.BATCH_UPDATE: put, Method.BATCH_DELETE: delete},
    while_disabled=True,
    contract_context=True,
)
