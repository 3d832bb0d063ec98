"""provisionedApplications: the applications that a partner makes, one for each customer.

Only the partner's own application may call here. A new application acts for no company: it is tied to one
when it first names that company's integration (`app.wire.tying`). Its secret is told when it is made, when it
is changed, and by the finder that LinkedIn has for it.
"""

from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from app.auth.applications import new_credentials, renew_secret, told_secret
from app.errors import CallerError, ErrorCode
from app.ids import uuid7
from app.wire.answers import Answer, BatchAnswer, CreatedAnswer, PageAnswer
from app.wire.codes import WireRefused
from app.wire.keys import Key
from app.wire.registry import Resource
from app.wire.request import Json, Method, WireRequest

URN: Final = "urn:li:developerApplication:"
URLS_MAX: Final = 100

_TEXTS: Final = {"name": ("name", 300), "description": ("description", 2_000)}
_LISTS: Final = {"oauth2AuthorizedCallbackUrls": "callback_urls", "validJsSdkDomains": "js_sdk_domains"}
_COLUMNS: Final = (
    "id, client_id, secret_hash, secret_salt, unique_foreign_id, name, description, callback_urls, "
    "js_sdk_domains, for_company, created_at"
)
_OWN_CHILD: Final = f"""
select {_COLUMNS}
from provisioned_application
where id = $1 and parent_id = $2 and revoked_at is null
"""


async def create(request: WireRequest) -> CreatedAnswer:
    """Make an application for each entity; the answer has its key and credentials."""
    created = CreatedAnswer()
    for _, entity in request.entities:
        try:
            made = await _create(request, entity)
        except CallerError as error:
            created.refuse(WireRefused("BAD_USER_INPUT", error.message, more=error.extensions))
        except WireRefused as refusal:
            created.refuse(refusal)
        else:
            created.created(made["key"], **made)
    return created


async def get(request: WireRequest) -> BatchAnswer:
    """The partner's applications by their keys, without credentials."""
    batch = BatchAnswer()
    for key in request.keys:
        row = await _find(request, key)
        if row is not None:
            batch.found(key, _entity(row))
    return batch


async def change(request: WireRequest) -> BatchAnswer:
    """Set name, description, callback URLs or domains."""
    batch = BatchAnswer()
    for key, entity in request.entities:
        assert key is not None
        try:
            await _change(request, key, request.patch_of(entity))
        except (CallerError, WireRefused) as refusal:
            batch.refuse(key, refusal)
        else:
            batch.done(key)
    return batch


async def revoke(request: WireRequest) -> BatchAnswer:
    """The application's tokens count no more within a second; one that is not there is revoked already."""
    batch = BatchAnswer()
    for key in request.keys:
        async with request.pool.transaction(None) as connection:
            await connection.execute(
                """
                update provisioned_application
                set revoked_at = now()
                where id = $1 and parent_id = $2 and revoked_at is null
                """,
                _id(key),
                _parent(request),
            )
        batch.done(key)
    request.notes["changes_facts"] = True
    return batch


async def rotate_secret(request: WireRequest) -> Answer:
    """`?action=rotateSecret`: a new secret; the old one and its tokens count no more within a second."""
    (key,) = request.keys
    row = await _find(request, key)
    if row is None:
        raise _missing()
    async with request.pool.transaction(None) as connection:
        client_id, secret = await renew_secret(connection, row["id"], request.signing_key)
    request.notes["changes_facts"] = True
    return Answer(body={"value": {"key": _urn(row["id"]), **_credentials(client_id, secret)}})


async def find_credentials(request: WireRequest) -> PageAnswer:
    """`q=credentialsByUniqueForeignId`: the customer's application with its credentials, if it has one.

    Without `clientSecret` where another signing key had made it: then only `rotateSecret` helps.
    """
    said = request.query.required("uniqueForeignId")
    rows = await request.pool.fetch(
        None,
        f"""
        select {_COLUMNS}
        from provisioned_application
        where parent_id = $1 and unique_foreign_id = $2 and revoked_at is null
        """,
        [_parent(request), _sayable(said, "uniqueForeignId")],
    )
    elements = [
        _entity(row) | _credentials(row["client_id"], told_secret(row, request.signing_key)) for row in rows
    ]
    return PageAnswer(elements=elements, count=len(elements), total=len(elements))


async def _create(request: WireRequest, entity: Json) -> dict[str, Any]:
    if not isinstance(entity, dict):
        raise _refused("must be an object", "")
    foreign_id = _text(entity.get("uniqueForeignId"), "uniqueForeignId", 300)
    name = _text(entity.get("name"), "name", 300)
    description = entity.get("description")
    if description is not None:
        description = _text(description, "description", 2_000)
    callback_urls = _urls(entity.get("oauth2AuthorizedCallbackUrls"), "oauth2AuthorizedCallbackUrls")
    domains = _origins(entity.get("validJsSdkDomains"), "validJsSdkDomains")
    made, key = new_credentials(request.signing_key), uuid7()
    try:
        async with request.pool.transaction(None) as connection:
            await connection.execute(
                """
                insert into provisioned_application
                  (id, client_id, secret_hash, secret_salt, partner_name, parent_id, unique_foreign_id, name,
                   description, callback_urls, js_sdk_domains, created_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now())
                """,
                *(key, made.client_id, made.secret_hash, made.secret_salt, request.partner, _parent(request)),
                *(foreign_id, name, description, callback_urls, domains),
            )
    except asyncpg.UniqueViolationError:
        raise WireRefused(
            "CONFLICT",
            "There is an application with this uniqueForeignId; q=credentialsByUniqueForeignId finds it.",
        ) from None
    return {"key": _urn(key), **_credentials(made.client_id, made.secret)}


async def _change(request: WireRequest, key: Key, patch: Any) -> None:
    columns: dict[str, Any] = {}
    for name, value in patch.items():
        if name in _TEXTS:
            column, length = _TEXTS[name]
            columns[column] = None if value is None and name == "description" else _text(value, name, length)
        elif name in _LISTS:
            read = _urls if name == "oauth2AuthorizedCallbackUrls" else _origins
            columns[_LISTS[name]] = read(value, name)
        else:
            raise _refused("cannot be changed", str(name)[:60])
    changes = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, 3))
    async with request.pool.transaction(None) as connection:
        changed = await connection.fetchval(
            f"""
            update provisioned_application
            set {changes}
            where id = $1 and parent_id = $2 and revoked_at is null
            returning id
            """,
            _id(key),
            _parent(request),
            *columns.values(),
        )
    if changed is None:
        raise _missing()


async def _find(request: WireRequest, key: Key) -> Any:
    rows = await request.pool.fetch(None, _OWN_CHILD, [_id(key), _parent(request)])
    return rows[0] if rows else None


def _entity(row: Any) -> dict[str, Any]:
    return {
        "key": _urn(row["id"]),
        "uniqueForeignId": row["unique_foreign_id"],
        "name": row["name"],
        "description": row["description"],
        "oauth2AuthorizedCallbackUrls": list(row["callback_urls"]),
        "validJsSdkDomains": list(row["js_sdk_domains"]),
        "createdAt": int(row["created_at"].timestamp() * 1000),
    }


def _credentials(client_id: str, secret: str | None) -> dict[str, Any]:
    """Both as LinkedIn nests them, and beside the key, where other clients of it look."""
    said = {"clientId": client_id} | ({} if secret is None else {"clientSecret": secret})
    return {"credentials": said, **said}


def _urn(key: UUID) -> str:
    return f"{URN}{key}"


def _id(key: Key) -> UUID:
    """A key that is no application's is as unknown as any other."""
    try:
        return UUID(key.value.removeprefix(URN)) if len(key.value) <= 100 else UUID(int=0)
    except ValueError:
        return UUID(int=0)


def _parent(request: WireRequest) -> UUID:
    assert request.application is not None
    return request.application.id


def _text(value: Json, name: str, length_max: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _refused("must be a text that is not empty", name)
    if len(value) > length_max:
        raise _refused(f"has more than {length_max} characters", name)
    return _sayable(value.strip(), name)


def _sayable(text: str, name: str) -> str:
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise _refused("has a character that cannot be stored", name)
    return text


def _list(value: Json, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > URLS_MAX:
        raise _refused(f"must be a list of at most {URLS_MAX}", name)
    return value


def _urls(value: Json, name: str) -> list[str]:
    urls = []
    for place, one in enumerate(_list(value, name)):
        where = f"{name}[{place}]"
        url = _text(one, where, 2_000)
        if _split(url, where).scheme not in ("http", "https"):
            raise _refused("must be a URL that begins with https://", where)
        urls.append(url)
    return urls


def _origins(value: Json, name: str) -> list[str]:
    """Domains as browsers spell them in `Origin`; one without a scheme is reached by https."""
    origins = []
    for place, one in enumerate(_list(value, name)):
        where = f"{name}[{place}]"
        said = _text(one, where, 300).rstrip("/")
        url = _split(said if "://" in said else f"https://{said}", where)
        is_plain = not (url.path or url.query or url.fragment or url.username)
        if url.scheme not in ("http", "https") or not url.hostname or not is_plain:
            raise _refused("must be a domain, like https://ats.example.com", where)
        default = {"http": 80, "https": 443}[url.scheme]
        port = "" if url.port in (None, default) else f":{url.port}"
        host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
        origins.append(f"{url.scheme}://{host}{port}")
    return origins


def _split(url: str, where: str) -> Any:
    try:
        split = urlsplit(url)
        _ = split.port, split.hostname
    except ValueError:
        raise _refused("is not a URL", where) from None
    return split


def _refused(why: str, name: str) -> CallerError:
    more = {"path": [name]} if name else None
    return CallerError(ErrorCode.BAD_USER_INPUT, f"{name} {why}.".strip(), extensions=more)


def _missing() -> WireRefused:
    return WireRefused("NOT_FOUND", "This partner has no such application.")


RESOURCE: Final = Resource(
    path="provisionedApplications",
    methods={
        Method.BATCH_CREATE: create,
        Method.BATCH_GET: get,
        Method.BATCH_PARTIAL_UPDATE: change,
        Method.BATCH_DELETE: revoke,
    },
    finders={"credentialsByUniqueForeignId": find_credentials},
    actions={"rotateSecret": rotate_secret},
    for_partner=True,
)
