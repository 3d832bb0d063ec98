"""The service's public keys, for whoever checks what it has signed: its tokens, and receipts of erasures."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.http.services import Services

PATH: Final = "/.well-known/jwks.json"
_MEDIA_TYPE: Final = "application/jwk-set+json"
_CACHED_S: Final = 300


def key_routes(services: Services) -> list[BaseRoute]:
    """`/.well-known/jwks.json`: a JWK set (RFC 7517) for everybody; empty where the service has no key."""
    key = services.signing_key
    published = {"keys": []} if key is None else key.public_jwks()

    async def show_keys(_: Request) -> Response:
        return JSONResponse(
            published,
            media_type=_MEDIA_TYPE,
            headers={
                "Cache-Control": f"public, max-age={_CACHED_S}",
                # Nothing in it is anybody's: a page may read it too.
                "Access-Control-Allow-Origin": "*",
            },
        )

    return [Route(PATH, show_keys, methods=["GET"])]
