"""`/v2/people`: members' profiles, one by its key or many in a batch.

`GET /v2/people?ids=List((id:m0001),(id:m0002))` under `X-RestLi-Protocol-Version: 2.0.0` answers
`{"results": {"(id:m0001)": {…}}, "statuses": {…}, "errors": {…}}`; a closed account and a person whom there
never was are an error 404 of their key. `GET /v2/people/(id:m0001)` answers the profile itself.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.errors import CallerError
from app.simulator.answers import JsonResponse, error, unauthenticated
from app.simulator.knobs import Answers
from app.simulator.state import State
from app.wire.keys import KeyForm
from app.wire.query import Query

BATCH_MAX: Final = 50
_KEY: Final = KeyForm(frozenset({"id"}))


async def get_people(request: Request) -> Response:
    """A batch get, or a get if the path has a key."""
    state: State = request.app.state.simulator
    if not state.knows_token(request.headers.get("authorization")):
        return unauthenticated()
    try:
        if "key" in request.path_params:
            person_id = _KEY.read(request.path_params["key"], "The key")["id"]
            return _one(state, person_id)
        person_ids = [key["id"] for key in Query(request.url.query).keys(_KEY)]
    except CallerError as refused:
        return error(400, refused.message)
    if not person_ids:
        return error(400, "The parameter ids is required: ids=List((id:m0001)).")
    if len(person_ids) > BATCH_MAX:
        return error(400, f"A batch has at most {BATCH_MAX} ids.")
    state.calls.people += len(person_ids)
    return _many(state, person_ids)


def _one(state: State, person_id: str) -> Response:
    profile = state.world.people.get(person_id)
    state.calls.people += 1
    if profile is None or state.is_closed(person_id):
        return error(404, "Not Found")
    return JsonResponse(profile)


def _many(state: State, person_ids: list[str]) -> Response:
    results: dict[str, Mapping[str, Any]] = {}
    errors: dict[str, dict[str, Any]] = {}
    for person_id in person_ids:
        profile = state.world.people.get(person_id)
        if profile is None or state.is_closed(person_id):
            errors[_named(person_id)] = {"message": "Not Found", "serviceErrorCode": 40400, "status": 404}
        else:
            results[_named(person_id)] = profile
    statuses = {**dict.fromkeys(results, 200), **dict.fromkeys(errors, 404)}
    if state.knobs.answers is Answers.WRONG_IDS:
        results = {key: _somebody_else(state, profile["id"]) for key, profile in results.items()}
    if state.knobs.answers is Answers.DUPLICATES:
        return JsonResponse(_twice(results, statuses, errors))
    return JsonResponse({"results": results, "statuses": statuses, "errors": errors})


def _named(person_id: str) -> str:
    return f"(id:{person_id})"


def _somebody_else(state: State, person_id: str) -> Mapping[str, Any]:
    return next(profile for other, profile in state.world.people.items() if other != person_id)


def _twice(
    results: Mapping[str, Mapping[str, Any]],
    statuses: Mapping[str, int],
    errors: Mapping[str, Mapping[str, Any]],
) -> bytes:
    """The batch with every entry two times, as only text can have it."""
    entries = [b"%s:%s" % (orjson.dumps(key), orjson.dumps(profile)) for key, profile in results.items()]
    rest = orjson.dumps({"statuses": statuses, "errors": errors})
    return b'{"results":{%s},%s' % (b",".join(entries + entries), rest[1:])
