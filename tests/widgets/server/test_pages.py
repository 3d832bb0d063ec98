"""The pages, their files and the loader, as a browser gets them."""

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from app.access.widget import Widget
from app.documents.register import register_operations
from app.errors import CallerError, ErrorCode, Fault
from app.http.widgets.assets import read_assets
from app.http.widgets.trusted_operations import keep_registered, read_operations
from app.settings import Settings
from tests.http.conftest import SETTINGS
from tests.widgets.server.conftest import APP, APP_ID, ATS, COMPANY_ATS, Desk

PAGES = [widget.page for widget in Widget]


async def page_of(desk: Desk, page: str = "profile", **query: str) -> httpx.Response:
    response = await desk.gateway.client.get(f"/widgets/{page}", params={"app": APP} | query)
    assert response.status_code == 200
    return response


def data_of(response: httpx.Response) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="widget">(.*?)</script>', response.text, re.S)
    assert found is not None
    said: dict[str, Any] = orjson.loads(found[1])
    return said


def policy_of(response: httpx.Response) -> dict[str, str]:
    parts = (part.strip() for part in response.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_loads_everything_from_here_and_runs_nothing_that_stands_in_it(
    desk: Desk, page: str
) -> None:
    response = await page_of(desk, page)
    assert policy_of(response) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data: https://media.licdn.com",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "frame-ancestors": f"{ATS} {COMPANY_ATS}",
    }
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    scripts = re.findall(r"<script([^>]*)>([^<]*)", response.text)
    assert [content for attributes, content in scripts if "application/json" not in attributes] == [""]
    assert "<style" not in response.text
    assert not re.search(r"\s(style|on[a-z]+)=", response.text)
    named = re.findall(r'(?:href|src)="([^"]+)"', response.text)
    assert named[0] == "data:,"
    for url in named[1:]:
        assert url.startswith("/widgets/assets/")
        asset = await desk.gateway.client.get(url)
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("page", PAGES)
async def test_every_module_that_a_page_runs_stands_in_its_head(desk: Desk, page: str) -> None:
    response = await page_of(desk, page)
    urls = re.findall(r'(?:modulepreload" href|module" src)="([^"]+)"', response.text)
    for url in urls:
        source = (await desk.gateway.client.get(url)).text
        for module in re.findall(r"""(?:from|import)\s*\(?\s*["'](\./[^"']+)["']""", source):
            assert f"/widgets/assets/{module.removeprefix('./')}" in urls


@pytest.mark.parametrize("widget", list(Widget))
async def test_the_data_block_says_which_operations_and_whose_pages(desk: Desk, widget: Widget) -> None:
    data = data_of(await page_of(desk, widget.page))
    assert data["operations"] == {one.name: one.document_id for one in read_operations()[widget]}
    assert (data["widget"], data["app"], data["lang"], data["theme"]) == (widget.value, APP, "en", "auto")
    assert data["origins"] == [ATS, COMPANY_ATS]
    assert {"common", widget.page} <= set(data["texts"])
    assert not set(data["texts"]) & (set(PAGES) - {widget.page})
    assert set(data) == {"widget", "app", "origins", "operations", "lang", "theme", "texts"}


async def test_the_application_may_be_named_by_its_urn(desk: Desk) -> None:
    response = await page_of(desk, app=f"urn:li:developerApplication:{APP_ID}")
    assert policy_of(response)["frame-ancestors"] == f"{ATS} {COMPANY_ATS}"


@pytest.mark.parametrize(
    "app",
    [
        *("", "nosuchapplication", "revokedapplicati", "orphanedapplicat", "thepartnersownx1"),
        *("x' *; script-src *", "\x00", "\r\nX: y", "urn:li:developerApplication:", "</script>", "é" * 5000),
    ],
)
async def test_without_a_known_application_nobody_may_frame_the_page(desk: Desk, app: str) -> None:
    response = await page_of(desk, app=app)
    assert policy_of(response)["frame-ancestors"] == "'none'"
    assert (data_of(response)["app"], data_of(response)["origins"]) == ("", [])
    without = await desk.gateway.client.get("/widgets/profile")
    assert policy_of(without)["frame-ancestors"] == "'none'"


async def test_a_domain_that_could_end_the_policy_is_left_out(own_desk: Desk) -> None:
    await own_desk.owner.execute(
        "update provisioned_application set js_sdk_domains = $1 where client_id = $2",
        *(["https://a;script-src *", "https://a b", "https://*", "javascript:x", "https://ok.example"], APP),
    )
    response = await page_of(own_desk)
    assert policy_of(response)["frame-ancestors"] == f"https://ok.example {COMPANY_ATS}"
    assert policy_of(response)["script-src"] == "'self'"


@pytest.mark.parametrize(
    ("lang", "theme", "said"),
    [
        ("en-GB", "dark", ("en-GB", "dark")),
        ("xx", "light", ("en", "light")),
        ("", "", ("en", "auto")),
        ('en"><script>', "</script>", ("en", "auto")),
        ("../en", "{data}", ("en", "auto")),
    ],
)
async def test_language_and_theme_are_those_that_there_are(
    desk: Desk, lang: str, theme: str, said: tuple[str, str]
) -> None:
    response = await page_of(desk, lang=lang, theme=theme)
    data = data_of(response)
    assert (data["lang"], data["theme"]) == said
    assert f'<html lang="{said[0]}" data-theme="{said[1]}">' in response.text


async def test_the_page_is_compressed_for_those_who_take_that(desk: Desk) -> None:
    url = f"/widgets/profile?app={APP}"
    plain = await desk.gateway.client.get(url, headers={"Accept-Encoding": "identity"})
    for accepted in ("gzip", "br, gzip;q=0.5", "*"):
        response = await desk.gateway.client.get(url, headers={"Accept-Encoding": accepted})
        assert response.headers["content-encoding"] == "gzip"
        assert (response.content, response.headers["vary"]) == (plain.content, "Accept-Encoding")
    for accepted in ("br", "gzip;q=0", "gzip; q=0.0, br", ""):
        response = await desk.gateway.client.get(url, headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in response.headers


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for path in (
        *("/widgets/", "/widgets/other", "/widgets/assets/kit.js", "/widgets/assets/kit.0123456789abcdef.js"),
        *("/widgets/assets/..%2fwidget.html", "/widgets/assets/loader.js", "/widgets/assets/x"),
    ):
        assert (await desk.gateway.client.get(path)).status_code == 404


async def test_the_loader_has_one_address_and_is_asked_for_again(desk: Desk) -> None:
    response = await desk.gateway.client.get("/widgets/loader.js")
    assert response.headers["cache-control"] == "public, no-cache"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    again = await desk.gateway.client.get(
        "/widgets/loader.js", headers={"If-None-Match": f'"x", W/{response.headers["etag"]}'}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_while_the_database_is_away_a_page_that_was_shown_is_shown_again(own_desk: Desk) -> None:
    before = await page_of(own_desk)
    pool: Any = own_desk.gateway.services.pool

    async def away(*_: object) -> None:
        raise CallerError(ErrorCode.DATABASE_UNAVAILABLE, "It is away.", status=503)

    pool.fetch, kept = away, pool.fetch
    try:
        assert policy_of(await page_of(own_desk)) == policy_of(before)
        unknown = await own_desk.gateway.client.get("/widgets/profile?app=theirapplication")
        assert unknown.status_code == 503
    finally:
        pool.fetch = kept


def test_modules_import_each_other_by_their_new_names(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nconst later = () => import("./c.js");\n')
    (tmp_path / "b.js").write_text("export * from './c.js'; // from elsewhere\n")
    (tmp_path / "c.js").write_text('import "./a.js";\nexport const text = "./kept.js";\n')
    (tmp_path / "d.css").write_text("a { color: red }")
    (tmp_path / "apart.js").write_text('import "./nothing.js"')
    assets = read_assets(tmp_path, apart=frozenset({"apart.js"}))
    version = assets.version
    assert assets.files["a.js"].content.decode() == (
        f'import {{ b }} from "./b.{version}.js";\nconst later = () => import("./c.{version}.js");\n'
    )
    assert assets.files["c.js"].content.decode().endswith('text = "./kept.js";\n')
    assert set(assets.imports["a.js"]) == {"b.js", "c.js"}
    assert assets.url("d.css") == f"/widgets/assets/d.{version}.css"
    assert assets.named(f"d.{version}.css") is assets.files["d.css"]
    assert gzip.decompress(assets.files["d.css"].compressed) == b"a { color: red }"
    (tmp_path / "d.css").write_text("a { color: blue }")
    assert read_assets(tmp_path, apart=frozenset({"apart.js"})).version != version
    with pytest.raises(Fault, match=r"apart.js imports nothing.js"):
        read_assets(tmp_path)


@pytest.mark.parametrize(
    "text", ["{ viewer { subject } }", "query A { viewer { subject } } query B { viewer { subject } }"]
)
def test_a_file_that_is_not_one_named_operation_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "It.graphql").write_text(text)
    with pytest.raises(Fault, match=r"profile/It.graphql"):
        read_operations(tmp_path)


async def test_operations_are_registered_for_their_clients_once_the_database_answers(own_desk: Desk) -> None:
    pool: Any = own_desk.gateway.services.pool
    failing = [CallerError(ErrorCode.DATABASE_UNAVAILABLE, "It is away.", status=503)]
    transaction = pool.transaction

    def sometimes(company: Any) -> Any:
        if failing:
            raise failing.pop()
        return transaction(company)

    pool.transaction = sometimes
    registering = asyncio.create_task(keep_registered(pool, own_desk.gateway.services.engine.check_document))
    try:
        async with asyncio.timeout(30):
            while True:
                rows = await own_desk.owner.fetch(
                    "select client_name, name from trusted_operation where name <> 'Test' "
                    "and client_name <> 'elsewhere'"
                )
                if len(rows) == sum(len(ones) for ones in read_operations().values()):
                    break
                await asyncio.sleep(0.1)
    finally:
        registering.cancel()
    assert {(row["client_name"], row["name"]) for row in rows} == {
        (widget.client, one.name) for widget, ones in read_operations().items() for one in ones
    }
    documents = [one.document for one in read_operations()[Widget.PROFILE]]
    again = await register_operations(
        pool, own_desk.gateway.services.engine.check_document, "profile-widget", documents
    )
    assert not any(one.is_new for one in again)


def test_pictures_come_from_where_the_operator_says() -> None:
    assert SETTINGS.picture_origins == ("https://media.licdn.com",)
    said = "https://a.example, http://localhost:81, https://*.b.example"
    read = Settings.from_environ({"RSC_PICTURE_ORIGINS": said})
    assert read.picture_origins == ("https://a.example", "http://localhost:81", "https://*.b.example")
    for wrong in ("*", "https://a.example/x", "https://a; script-src *", "media.licdn.com", "data:"):
        with pytest.raises(CallerError, match="RSC_PICTURE_ORIGINS"):
            Settings.from_environ({"RSC_PICTURE_ORIGINS": wrong})
