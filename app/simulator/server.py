"""The simulator as an application, and as a server that runs while a `with` lasts."""

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qs

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.errors import CallerError
from app.http.beside import served_beside
from app.simulator.activity import FINDERS
from app.simulator.answers import JsonResponse, error
from app.simulator.knobs import Knobs
from app.simulator.moods import RESET_EXTENSION, Moods
from app.simulator.people import get_people
from app.simulator.state import State

_BODY_BYTES_MAX: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that answers at `url`; its `state` may be changed at any time."""

    url: str
    state: State


def build_simulator(state: State) -> ASGIApp:
    """The application; its state is that object, so what is changed there counts at once."""
    routes = [
        Route("/oauth/v2/accessToken", _token, methods=["POST"]),
        Route("/v2/people", get_people),
        Route("/v2/people/{key}", get_people),
        *(Route(path, answer) for path, answer in FINDERS.items()),
        Route("/simulator/knobs", _knobs, methods=["GET", "PUT", "PATCH"]),
        Route("/simulator/calls", _calls, methods=["GET", "DELETE"]),
        Route("/simulator/tokens", _tokens, methods=["DELETE"]),
    ]
    app = Starlette(routes=routes)
    app.state.simulator = state
    return Moods(app, state)


@contextlib.asynccontextmanager
async def running_simulator(state: State, listener: socket.socket) -> AsyncIterator[RunningSimulator]:
    """Serve on the listening socket, on this event loop. What is under way at the end is broken off."""
    host, port = listener.getsockname()[:2]
    async with served_beside(build_simulator(state), listener, http=_Connection, lifespan="off"):
        yield RunningSimulator(f"http://{f'[{host}]' if ':' in host else host}:{port}", state)


class _Connection(HttpToolsProtocol):
    """Uvicorn's protocol, whose connection the application may reset."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {RESET_EXTENSION: self.transport.abort}  # type: ignore[dict-item]


async def _token(request: Request) -> Response:
    """OAuth client credentials, as LinkedIn takes them: a form."""
    state: State = request.app.state.simulator
    body = await _body(request)
    if body is None:
        return error(413, "The form is too large.")
    form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        return _oauth_error("unsupported_grant_type", "The grant type is client_credentials.", 400)
    given = f"{form.get('client_id')}\n{form.get('client_secret')}"
    known = f"{state.credentials.client_id}\n{state.credentials.client_secret}"
    if not compare_digest(given.encode(), known.encode()):
        return _oauth_error("invalid_client", "Client authentication failed", 401)
    token, expires_in = state.issue_token()
    return JsonResponse({"access_token": token, "expires_in": expires_in})


def _oauth_error(code: str, description: str, status: int) -> Response:
    return JsonResponse({"error": code, "error_description": description}, status)


async def _knobs(request: Request) -> Response:
    """GET the knobs; PATCH turns some of them, PUT those and puts all others back."""
    state: State = request.app.state.simulator
    if request.method != "GET":
        body = await _body(request)
        if body is None:
            return error(413, "Too large.")
        try:
            before = Knobs() if request.method == "PUT" else state.knobs
            state.knobs = before.turned(orjson.loads(body or b"{}"))
        except orjson.JSONDecodeError:
            return error(400, "The knobs are a JSON object.")
        except CallerError as refused:
            return error(400, refused.message)
    return JsonResponse(state.knobs.as_json())


async def _calls(request: Request) -> Response:
    """GET what was asked so far; DELETE counts from nothing again."""
    state: State = request.app.state.simulator
    if request.method == "DELETE":
        state.calls.forget()
    return JsonResponse(state.calls.as_json())


async def _tokens(request: Request) -> Response:
    """DELETE makes every token that was issued so far unknown."""
    state: State = request.app.state.simulator
    state.revoke_tokens()
    return Response(status_code=204)


async def _body(request: Request) -> bytes | None:
    """The request's body; None if it is larger than anything that belongs here."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY_BYTES_MAX:
            return None
    return bytes(body)
