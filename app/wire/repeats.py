"""`Idempotency-Key` on any writing call: done once, answered with the same bytes each time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from app.database.held import HeldPool
from app.errors import CallerError
from app.sync import idempotency
from app.wire.answers import Answer
from app.wire.codes import WireRefused
from app.wire.render import body_of
from app.wire.request import HttpCall, WireRequest


async def answer_repeatably(
    request: WireRequest, call: HttpCall, key: str, handle: Callable[[WireRequest], Awaitable[Answer]]
) -> Answer:
    """Have the call handled in the transaction that remembers its answer, or answer as the first time.

    An application that acts for no company has no place to remember in: provisioning has its own guard
    against repetition, the uniqueForeignId.
    Raises: WireRefused (IDEMPOTENCY_KEY_…), CallerError, and what `handle` raises, after which nothing
    remains.
    """
    if request.grants.viewer.company is None:
        return await handle(request)
    company, pool = request.company_id, request.pool

    async def work(connection: Any) -> idempotency.Answer:
        answer = await handle(replace(request, pool=HeldPool(pool, company, connection)))
        return idempotency.Answer(status=answer.status, body=body_of(answer), headers=answer.headers)

    said = [call.method, request.method.value, call.path, call.query]
    try:
        known = await idempotency.answer_once(
            pool,
            company,
            work,
            caller=request.actor,
            key=key,
            request="\n".join(said).encode("utf-8", "surrogatepass") + b"\n" + call.body,
        )
    except CallerError as error:
        if error.status == 409:
            raise WireRefused("IDEMPOTENCY_KEY_IN_USE", error.message, headers=error.headers) from None
        if error.status == 422:
            raise WireRefused("IDEMPOTENCY_KEY_REUSED", error.message) from None
        raise
    return Answer(status=known.status, raw=known.body, headers=known.headers)
