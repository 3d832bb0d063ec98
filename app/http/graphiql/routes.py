"""The routes of GraphiQL. They answer the same to everybody: neither data nor schema is in them."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.errors import CallerError
from app.http.graphiql.answers import NEVER_STORED, headers, json_answer, only_for_our_page

_FOLDER = Path(__file__).parent
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}

_ASKED_AGAIN = "no-cache"
_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Persona:
    """One line of the persona switch. `token` is sent as it is after `Bearer`."""

    name: str
    description: str
    token: str = field(repr=False)


PersonaSource = Callable[[], Awaitable[list[Persona]]]


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    content_type: str
    digest: str


def graphiql_routes(personas: PersonaSource | None = None) -> list[BaseRoute]:
    """`GET /graphiql` and what its page needs below that path; mount it where `RSC_GRAPHIQL` is on.

    `personas` is asked at each load of the page and whenever a token is refused, so that it can issue
    fresh development tokens; its order is the order of the switch, and it gives at least one. Without
    it there is no `/graphiql/personas.json`, and the page has a field for a token.
    """
    assets = _read_assets()
    page = _page(assets, with_personas=personas is not None)
    examples = [{"name": name, "query": query} for name, query in example_operations().items()]

    async def show_page(_: Request) -> Response:
        return Response(page, media_type="text/html", headers=headers(NEVER_STORED))

    async def show_examples(_: Request) -> Response:
        return JSONResponse(examples, headers=headers(_ASKED_AGAIN))

    async def show_asset(request: Request) -> Response:
        return _asset_response(request, assets.get(request.path_params["name"]))

    routes: list[BaseRoute] = [
        Route("/graphiql", show_page, methods=["GET"]),
        Route("/graphiql/examples.json", show_examples, methods=["GET"]),
        Route("/graphiql/assets/{name}", show_asset, methods=["GET"]),
    ]
    if personas is not None:
        routes.append(_persona_route(personas))
    return routes


def example_operations() -> dict[str, str]:
    """The example operations by file name without ending, in the order of their tabs."""
    files = sorted((_FOLDER / "examples").glob("*.graphql"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def _persona_route(personas: PersonaSource) -> Route:
    async def show_personas(request: Request) -> Response:
        try:
            only_for_our_page(request, "Personas")
        except CallerError as refusal:
            return json_answer({"errors": [refusal.as_graphql()]}, status=refusal.status)
        offered = [
            {"name": persona.name, "description": persona.description, "token": persona.token}
            for persona in await personas()
        ]
        return json_answer(offered)

    return Route("/graphiql/personas.json", show_personas, methods=["GET"])


def _read_assets() -> dict[str, _Asset]:
    files = [*(_FOLDER / "assets").iterdir(), *(_FOLDER / "page").iterdir()]
    return {file.name: _read_asset(file) for file in sorted(files) if file.suffix in _CONTENT_TYPES}


def _read_asset(file: Path) -> _Asset:
    content = file.read_bytes()
    return _Asset(content, _CONTENT_TYPES[file.suffix], hashlib.sha256(content).hexdigest()[:20])


def _page(assets: Mapping[str, _Asset], *, with_personas: bool) -> str:
    page = (_FOLDER / "page" / "page.html").read_text(encoding="utf-8")
    for name, asset in assets.items():
        page = page.replace("{" + name + "}", asset.digest)
    return page.replace("{personas}", "on" if with_personas else "off")


def _asset_response(request: Request, asset: _Asset | None) -> Response:
    """An asset is kept for a year where its address names its digest, and asked for again elsewhere."""
    if asset is None:
        return PlainTextResponse("There is no such asset.", status_code=404, headers=headers(NEVER_STORED))
    named = request.query_params.get("v") == asset.digest
    kept = headers(_KEPT_FOR_A_YEAR if named else _ASKED_AGAIN) | {"ETag": f'"{asset.digest}"'}
    if f'"{asset.digest}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=kept)
    return Response(asset.content, headers=kept | {"Content-Type": asset.content_type})
