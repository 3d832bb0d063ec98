"""The routes below /widgets/."""

from functools import partial
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.access.widget import Widget
from app.http.origins import Origins
from app.http.overload import Gate
from app.http.services import Services
from app.http.widgets.assets import PATH as ASSETS_PATH
from app.http.widgets.assets import asset_of, asset_response, read_assets, takes_gzip
from app.http.widgets.exchange import PATH as EXCHANGE_PATH
from app.http.widgets.exchange import TokenExchange, embedding_origins
from app.http.widgets.pages import WidgetPages, compressed
from app.http.widgets.trusted_operations import read_operations
from app.widgets.apps import WidgetApps

LOADER: Final = "loader.js"
"""What pages of an ATS load. It has one name for ever, and is asked for again each time."""

_SHARE: Final = "widget pages"
_FOLDER: Final = Path(__file__).parent / "page"
_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Type": "text/html; charset=utf-8",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


def widget_routes(services: Services, origins: Origins, gate: Gate) -> list[BaseRoute]:
    """Pages, their files, the loader and the exchange. Files and texts are read here, once."""
    assets = read_assets(_FOLDER, apart=frozenset({LOADER}))
    loader = asset_of(LOADER, (_FOLDER / LOADER).read_bytes())
    pages = WidgetPages(assets, read_operations(), services.settings.picture_origins)
    apps = WidgetApps(services.pool)

    async def show_page(widget: Widget, request: Request) -> Response:
        asked = request.query_params
        app = asked.get("app", "")
        # Whoever asks need not say who they are, so all of them together have a share and no more.
        gate.enter(_SHARE)
        try:
            found = await apps.find(app)
        finally:
            gate.leave(_SHARE)
        framing = await embedding_origins(found, origins)
        page = pages.html(
            widget,
            app=app if found is not None else "",
            origins=framing,
            lang=asked.get("lang", ""),
            theme=asked.get("theme", ""),
        )
        headers = _PAGE_HEADERS | {"Content-Security-Policy": pages.policy(framing)}
        if takes_gzip(request):
            return Response(compressed(page), headers=headers | {"Content-Encoding": "gzip"})
        return Response(page, headers=headers)

    async def show_asset(request: Request) -> Response:
        return asset_response(request, assets.named(request.path_params["name"]), for_ever=True)

    async def show_loader(request: Request) -> Response:
        return asset_response(request, loader, for_ever=False, for_all=True)

    return [
        *(Route(f"/widgets/{one.page}", partial(show_page, one), methods=["GET"]) for one in Widget),
        Route(f"{ASSETS_PATH}/{{name}}", show_asset, methods=["GET"]),
        Route(f"/widgets/{LOADER}", show_loader, methods=["GET"]),
        Route(EXCHANGE_PATH, TokenExchange(services, apps, origins, gate).__call__, methods=_METHODS),
    ]
