"""Rest.li over plain HTTP: how keys and lists of ids are spelled, and one call."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

Parts = Mapping[str, str]


class Spelling(Enum):
    """How a client library writes keys into URLs; all of these are met."""

    RAW = "k=v&k=v, with colons and brackets as they are"
    ENCODED = "k=v&k=v, each value and each bracket percent-encoded"
    WHOLE_ENCODED = "k=v&k=v, a key in the path percent-encoded as a whole, its values before that too"
    REVERSED = "k=v&k=v, the parts in another order"
    PROTOCOL_2 = "(k:v,k:v) and List(…) under X-RestLi-Protocol-Version 2.0.0"


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and the JSON body; None for an empty one."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def of(self, key: str) -> tuple[int, Any]:
        """What became of one key of a batch: its status, and the result or error."""
        if key in self.body["errors"]:
            error = self.body["errors"][key]
            return error["status"], error
        result = self.body["results"][key]
        # What was read may have a field of this name.
        status = result.get("status")
        return status if isinstance(status, int) else 200, result


@dataclass
class Wire:
    """One application's connection: where, with which token, in which spelling."""

    base_url: str
    spelling: Spelling = Spelling.RAW
    token: str | None = None
    calls: list[str] = field(default_factory=list)
    """Each call as `METHOD path status`, for whoever wants to see what was sent."""

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        restli_method: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; `target` goes out byte for byte as it stands."""
        sent = {"Accept": "application/json"}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if restli_method is not None:
            sent["x-restli-method"] = restli_method
        if self.spelling is Spelling.PROTOCOL_2:
            sent["X-RestLi-Protocol-Version"] = "2.0.0"
        data = None
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        request = urllib.request.Request(
            self.base_url + target, data=data, headers=sent | dict(headers or {}), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer = _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as refused:
            with refused:
                answer = _answer(refused.code, refused.headers, refused.read())
        self.calls.append(f"{method} {target.partition('?')[0]} {answer.status}")
        return answer

    @property
    def last_call(self) -> str:
        """The newest of `calls`; of another application's it knows nothing."""
        return self.calls[-1] if self.calls else "no call yet"

    def authorize(self, client_id: str, client_secret: str) -> Answer:
        """Get a token by client credentials and use it from here on."""
        self.token = None
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        answer = self.call(
            "POST",
            "/oauth/v2/accessToken",
            urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        if answer.status == 200:
            self.token = answer.body["access_token"]
        return answer

    def key(self, parts: Parts) -> str:
        """A key as it names an entity in a body and in an answer."""
        if self.spelling is Spelling.PROTOCOL_2:
            return f"({','.join(f'{name}:{_escaped(value)}' for name, value in parts.items())})"
        return "&".join(f"{name}={value}" for name, value in self._ordered(parts))

    def path_key(self, parts: Parts) -> str:
        """A key as a segment of the path."""
        if self.spelling is Spelling.PROTOCOL_2:
            return self.key(parts)
        if self.spelling is Spelling.WHOLE_ENCODED:
            return quote(
                "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items()), safe=""
            )
        encode = quote if self.spelling is Spelling.ENCODED else _as_it_is
        return "&".join(f"{name}={encode(value, safe='')}" for name, value in self._ordered(parts))

    def ids(self, keys: Sequence[Parts | str]) -> str:
        """`ids…` of a query: keys of parts are numbered, simple ones are repeated; a List in protocol 2."""
        if self.spelling is Spelling.PROTOCOL_2:
            listed = [_escaped(key) if isinstance(key, str) else self.key(key) for key in keys]
            return f"ids=List({','.join(listed)})"
        encode = _as_it_is if self.spelling in (Spelling.RAW, Spelling.REVERSED) else quote
        pairs = []
        for number, key in enumerate(keys):
            if isinstance(key, str):
                pairs.append(f"ids={encode(key, safe='')}")
            else:
                pairs += [
                    f"{encode(f'ids[{number}]', safe='')}.{name}={encode(value, safe='')}"
                    for name, value in self._ordered(key)
                ]
        return "&".join(pairs)

    def batch_update(self, resource: str, entities: Sequence[tuple[Parts | str, Any]]) -> Answer:
        """PUT: replace each of these records."""
        return self._batch("PUT", "batch_update", resource, entities)

    def batch_partial_update(self, resource: str, entities: Sequence[tuple[Parts | str, Any]]) -> Answer:
        """POST: set these fields of each record."""
        patches = [(key, {"patch": {"$set": fields}}) for key, fields in entities]
        return self._batch("POST", "batch_partial_update", resource, patches)

    def batch_get(self, resource: str, keys: Sequence[Parts | str]) -> Answer:
        """GET several records."""
        return self.call("GET", f"{resource}?{self.ids(keys)}")

    def batch_delete(self, resource: str, keys: Sequence[Parts | str]) -> Answer:
        """DELETE several records."""
        return self.call("DELETE", f"{resource}?{self.ids(keys)}")

    def find(self, resource: str, finder: str, **criteria: str | int) -> Answer:
        """GET by a finder; a dot in a criterion's name is written as two underscores here."""
        encode = _as_it_is if self.spelling in (Spelling.RAW, Spelling.REVERSED) else quote
        pairs = [f"q={finder}"]
        pairs += [
            f"{name.replace('__', '.')}={encode(str(value), safe='')}" for name, value in criteria.items()
        ]
        return self.call("GET", f"{resource}?{'&'.join(pairs)}")

    def _batch(
        self, method: str, restli_method: str, resource: str, entities: Sequence[tuple[Parts | str, Any]]
    ) -> Answer:
        keys = [key for key, _ in entities]
        body = {"entities": {key if isinstance(key, str) else self.key(key): said for key, said in entities}}
        return self.call(method, f"{resource}?{self.ids(keys)}", body, restli_method=restli_method)

    def _ordered(self, parts: Parts) -> list[tuple[str, str]]:
        pairs = list(parts.items())
        return pairs[::-1] if self.spelling is Spelling.REVERSED else pairs


def _escaped(value: str) -> str:
    """Protocol 2: what has a meaning in a key is percent-encoded inside a value, and the rest as in a URL."""
    return quote(value, safe="")


def _as_it_is(value: str, *, safe: str) -> str:
    return value


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    read = json.loads(body) if body else None
    return Answer(status, {name.lower(): value for name, value in headers.items()}, read)
