"""`POST /oauth/v2/accessToken`: client credentials for a token (RFC 6749, sections 2.3.1, 4.4 and 5)."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter_ns
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.access.features import Role
from app.auth.applications import TOKEN_LIFETIME_S, application_with_secret
from app.auth.attempts import Attempts
from app.auth.issue import issue_token
from app.auth.issuers import OWN_ISSUER
from app.errors import CallerError
from app.http.body import Disconnected, read_body
from app.http.services import Services

PATH: Final = "/oauth/v2/accessToken"
_BODY_BYTES_MAX: Final = 16_384
_FORM: Final = "application/x-www-form-urlencoded"


class _Refused(Exception):
    """An error of RFC 6749, 5.2: `error` is one of its words."""

    def __init__(
        self, error: str, description: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})


def access_token_routes(services: Services) -> list[BaseRoute]:
    """The token endpoint. Any other method than POST is told so in OAuth's shape too."""
    limits = services.settings.limits
    body_limits = replace(limits, body_bytes_max=_BODY_BYTES_MAX)
    attempts = Attempts()

    async def give_token(request: Request) -> Response:
        began_ns = perf_counter_ns()
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            if request.method != "POST":
                raise _Refused("invalid_request", "Tokens are had by POST.", 405, {"Allow": "POST"})
            async with asyncio.timeout(limits.request_timeout_ms / 1000):
                form = _form(request, await read_body(request.receive, body_limits))
            response = JSONResponse(await _token(services, attempts, request, form), headers=headers)
        except _Refused as refused:
            told = {"error": refused.error, "error_description": refused.description}
            response = JSONResponse(told, refused.status, headers | refused.headers)
        except Disconnected:
            response = JSONResponse({"error": "invalid_request"}, 400, headers)
        except TimeoutError:
            told = {"error": "invalid_request", "error_description": "The body did not arrive in time."}
            response = JSONResponse(told, 408, headers | {"Connection": "close"})
        except CallerError as error:
            # The body is too large, or the database is away: 5.2 has no word for the latter, 4.1.2.1 has.
            word = "invalid_request" if error.status < 500 else "temporarily_unavailable"
            told = {"error": word, "error_description": error.message}
            response = JSONResponse(told, error.status, headers | error.headers)
        services.metrics.count_wire("accessToken", 0, response.status_code, perf_counter_ns() - began_ns)
        return response

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [Route(PATH, give_token, methods=methods)]


async def _token(
    services: Services, attempts: Attempts, request: Request, form: Mapping[str, str]
) -> dict[str, Any]:
    grant = form.get("grant_type")
    if grant is None:
        raise _Refused("invalid_request", "grant_type is required.")
    if grant != "client_credentials":
        raise _Refused("unsupported_grant_type", "grant_type must be client_credentials.")
    basic = request.headers.get("authorization")
    if basic is not None and basic.lower().startswith("bearer "):
        basic = None  # Libraries send the token that is to be renewed along with everything.
    client_id, secret = _of_header(basic) if basic is not None else _of_form(form)
    if services.signing_key is None:
        raise _Refused("unauthorized_client", "This gateway issues no tokens: RSC_SIGNING_KEY is not set.")
    peer = request.client.host if request.client is not None else "-"
    who = (peer, client_id[:100])
    if wait_s := attempts.wait_s(who):
        raise _Refused(
            "invalid_client", "Too many wrong secrets; wait a minute.", 429, {"Retry-After": str(wait_s)}
        )
    application = await application_with_secret(services.pool, client_id, secret)
    if application is None:
        attempts.failed(who)
        challenge = {"WWW-Authenticate": 'Basic realm="rsc-gateway"'} if basic is not None else None
        raise _Refused("invalid_client", "The client id or the secret is wrong.", 401, challenge)
    attempts.succeeded(who)
    token = issue_token(
        services.signing_key,
        subject=application.subject,
        roles=[Role.PARTNER],
        company=None,
        partner=application.partner,
        credential=application.credential,
        lifetime_s=TOKEN_LIFETIME_S,
        issuer=OWN_ISSUER,
    )
    return {"access_token": token, "expires_in": TOKEN_LIFETIME_S, "token_type": "Bearer"}


def _form(request: Request, body: bytes) -> dict[str, str]:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _FORM:
        raise _Refused("invalid_request", f"The body must be {_FORM}.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise _Refused("invalid_request", "The body is no form in UTF-8.") from None
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form:
            raise _Refused("invalid_request", "A parameter is there twice.")
        if value:
            form[name] = value
    return form


def _of_form(form: Mapping[str, str]) -> tuple[str, str]:
    for name in ("client_id", "client_secret"):
        if name not in form:
            raise _Refused("invalid_request", f"{name} is required.")
    return form["client_id"], form["client_secret"]


def _of_header(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        said = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        said = ""
    client_id, colon, secret = said.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise _Refused(
            "invalid_client",
            "The Authorization header is not Basic with a client id and a secret.",
            401,
            {"WWW-Authenticate": 'Basic realm="rsc-gateway"'},
        )
    return unquote_plus(client_id), unquote_plus(secret)
