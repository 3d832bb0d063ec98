"""rest.li's answers: one entity, a list, or a batch in which each record is on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from app.errors import CallerError
from app.refused import WriteRefused
from app.wire.codes import WireRefused, as_wire
from app.wire.keys import Key, Protocol, quoted
from app.wire.request import Method, WireRequest

CREATED = 201
NO_CONTENT = 204


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response: `body` is JSON, None for an empty one, unless `raw` has its very bytes already.

    `headers` are those beside what every response has.
    """

    status: int = 200
    body: Mapping[str, Any] | None = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class BatchAnswer:
    """What became of each key of a batch; the front makes the response of it, or of its only record.

    Say one thing of each key: `done`, `found`, `refuse`. A key of which nothing was said is answered as not
    found by a read, and is a fault of the handler after a write.
    """

    def __init__(self) -> None:
        self.statuses: dict[Key, int] = {}
        self.entities: dict[Key, Mapping[str, Any]] = {}
        self.errors: dict[Key, WireRefused] = {}

    def done(self, key: Key, status: int = NO_CONTENT, **members: Any) -> None:
        """A write was done: 201 created, 204 otherwise; `members` are told beside `status`."""
        self.statuses[key] = status
        if members:
            self.entities[key] = members

    def found(self, key: Key, entity: Mapping[str, Any]) -> None:
        """A read found this."""
        self.entities[key] = entity

    def refuse(self, key: Key, refusal: WireRefused | CallerError | WriteRefused) -> None:
        """This record is refused; the others are not concerned."""
        if isinstance(refusal, CallerError):
            refusal = as_wire(refusal)
        elif isinstance(refusal, WriteRefused):
            refusal = as_refused(refusal)
        self.errors[key] = refusal


class CreatedAnswer:
    """What became of each entity of a batch create, in their order."""

    def __init__(self) -> None:
        self.elements: list[tuple[str | None, int, WireRefused | None, Mapping[str, Any]]] = []

    def created(self, id: str, status: int = CREATED, **members: Any) -> None:  # noqa: A002 (rest.li's word)
        """The next entity was created (201), or will be (202), under this id."""
        self.elements.append((id, status, None, members))

    def refuse(self, refusal: WireRefused) -> None:
        """The next entity is refused."""
        self.elements.append((None, refusal.status, refusal, {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """A finder's page: what `start` and `count` were, how many there are in all if that is known."""

    elements: Sequence[Mapping[str, Any]]
    start: int = 0
    count: int
    total: int | None = None


Handled: TypeAlias = Answer | BatchAnswer | CreatedAnswer | PageAnswer

_STATUS_OF: Mapping[str, tuple[str, int | None]] = {
    "NOT_FOUND": ("NOT_FOUND", None),
    "TOO_MANY": ("BATCH_LIMIT", None),
}


def as_refused(refusal: WriteRefused) -> WireRefused:
    """A service's refusal in the wire's words; a state that forbids the step is a conflict."""
    code, status = _STATUS_OF.get(refusal.code, ("CONFLICT", None))
    return WireRefused(code, refusal.message, status=status, more={"reason": refusal.code})


def response_of(request: WireRequest, handled: Handled) -> Answer:
    """The response to a request, in its protocol. Raises: WireRefused if its only record was refused."""
    if isinstance(handled, Answer):
        return handled
    if isinstance(handled, PageAnswer):
        return _page(request, handled)
    if isinstance(handled, CreatedAnswer):
        return _created(request, handled)
    if request.method.batch is not request.method:
        return _single(request, handled)
    return _batch(request, handled)


def spelled(key: Key, protocol: Protocol) -> str:
    """A key as a name in an answer; what JSON cannot say is percent-encoded."""
    text = key.text(protocol)
    try:
        text.encode()
    except UnicodeEncodeError:
        return quoted(text)
    return text


def _batch(request: WireRequest, batch: BatchAnswer) -> Answer:
    spell = {key: spelled(key, request.protocol) for key in (*batch.statuses, *batch.entities, *batch.errors)}
    errors = {spell[key]: refusal.body for key, refusal in batch.errors.items()}
    if request.method is Method.BATCH_GET:
        results = {spell[key]: dict(entity) for key, entity in batch.entities.items()}
        missing = [key for key in request.keys if key not in batch.entities and key not in batch.errors]
        errors.update({spelled(key, request.protocol): _missing().body for key in missing})
        statuses = dict.fromkeys(results, 200) | {name: error["status"] for name, error in errors.items()}
        return Answer(body={"results": results, "statuses": statuses, "errors": errors})
    results = {
        spell[key]: {"status": status, **batch.entities.get(key, {})}
        for key, status in batch.statuses.items()
    }
    return Answer(body={"results": results, "errors": errors})


def _single(request: WireRequest, batch: BatchAnswer) -> Answer:
    for refusal in batch.errors.values():
        raise refusal
    if request.method is Method.GET:
        for entity in batch.entities.values():
            return Answer(body=dict(entity))
        raise _missing()
    (status,) = batch.statuses.values()
    return Answer(status=status)


def _created(request: WireRequest, created: CreatedAnswer) -> Answer:
    if request.method is Method.CREATE:
        ((id_, status, refusal, members),) = created.elements
        if refusal is not None:
            raise refusal
        assert id_ is not None
        return Answer(status=status, body={"id": id_, **members}, headers={"X-RestLi-Id": quoted(id_)})
    return Answer(
        body={
            "elements": [
                {"status": status, "error": refusal.body}
                if refusal is not None
                else {"id": id_, "status": status, **members}
                for id_, status, refusal, members in created.elements
            ]
        }
    )


def _page(request: WireRequest, page: PageAnswer) -> Answer:
    """The page, with links to its neighbours where they are known to be there."""
    links = []
    if page.total is not None:
        if page.start > 0:
            links.append(_link(request, "prev", max(0, page.start - page.count), page.count))
        if page.start + len(page.elements) < page.total:
            links.append(_link(request, "next", page.start + page.count, page.count))
    paging: dict[str, Any] = {"start": page.start, "count": page.count, "links": links}
    if page.total is not None:
        paging["total"] = page.total
    return Answer(body={"elements": list(page.elements), "paging": paging})


def _link(request: WireRequest, rel: str, start: int, count: int) -> dict[str, str]:
    href = f"/v2/{request.resource}?{request.query.page(start, count)}"
    return {"rel": rel, "href": href, "type": "application/json"}


def _missing() -> WireRefused:
    return WireRefused("NOT_FOUND", "There is no such record.")
