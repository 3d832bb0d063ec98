"""A widget's page: the same HTML for everybody, and in its head which origins may show it."""

import gzip
import html
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from app.access.widget import Widget
from app.http.widgets.assets import Assets
from app.http.widgets.trusted_operations import WidgetOperation

_FOLDER: Final = Path(__file__).parent
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_PLACE: Final = re.compile(r"\{([a-z.]+)\}")
_THEMES: Final = frozenset({"auto", "light", "dark"})
_DEFAULT_LANGUAGE: Final = "en"
_WIDGETS: Final = frozenset(widget.page for widget in Widget)
STYLE: Final = "widget.css"


class WidgetPages:
    """The pages of all widgets, made from one template.

    Raises: Fault where a widget's own script is missing.
    """

    def __init__(
        self,
        assets: Assets,
        operations: Mapping[Widget, tuple[WidgetOperation, ...]],
        picture_origins: Iterable[str],
    ) -> None:
        self._entries = {widget: assets.url(f"{widget.page}.js") for widget in Widget}
        self._template = (_FOLDER / "page" / "widget.html").read_text("utf-8")
        self._assets = assets
        self._operations = operations
        self._pictures = " ".join(picture_origins)
        self._texts = read_texts(_FOLDER / "texts")

    def html(self, widget: Widget, *, app: str, origins: Iterable[str], lang: str, theme: str) -> bytes:
        """The page. `lang` and `theme` are as the URL has them; what is not known is as if left out."""
        lang, texts = self._texts_for(widget, lang)
        theme = theme if theme in _THEMES else "auto"
        data = {
            "widget": widget.value,
            "app": app,
            "origins": sorted(origins),
            "operations": {one.name: one.document_id for one in self._operations[widget]},
            "lang": lang,
            "theme": theme,
            "texts": texts,
        }
        title = html.escape(str(texts.get(widget.page, {}).get("title") or widget.page.capitalize()))
        preloads = [
            f'<link rel="modulepreload" href="{self._assets.url(name)}">'
            for name in self._assets.imports[f"{widget.page}.js"]
        ]
        places = {
            "lang": lang,
            "theme": theme,
            "title": title,
            "noscript": html.escape(str(texts.get("common", {}).get("noscript") or "")),
            STYLE: self._assets.url(STYLE),
            "preloads": "\n    ".join(preloads),
            "entry": self._entries[widget],
            # Inside a script element nothing ends it but `<`, which JSON can say otherwise.
            "data": orjson.dumps(data).decode().replace("<", "\\u003c"),
        }
        return _PLACE.sub(lambda found: places.get(found[1], found[0]), self._template).encode()

    def policy(self, origins: Iterable[str]) -> str:
        """The Content-Security-Policy of a page that these origins may frame, or nobody."""
        return "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                f"img-src 'self' data: {self._pictures}".rstrip(),
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                f"frame-ancestors {' '.join(sorted(origins)) or chr(39) + 'none' + chr(39)}",
            ]
        )

    def _texts_for(self, widget: Widget, lang: str) -> tuple[str, dict[str, Any]]:
        """The language that is shown, and the sections that the page needs, English where one lacks."""
        catalogue = None
        if _LANGUAGE.fullmatch(lang):
            catalogue = self._texts.get(lang.lower()) or self._texts.get(lang.lower().partition("-")[0])
        if catalogue is None:
            lang, catalogue = _DEFAULT_LANGUAGE, self._texts[_DEFAULT_LANGUAGE]
        others = _WIDGETS - {widget.page}
        merged = _merged(self._texts[_DEFAULT_LANGUAGE], catalogue)
        return lang, {section: texts for section, texts in merged.items() if section not in others}


def read_texts(folder: Path) -> dict[str, dict[str, Any]]:
    """The catalogues by language in lower case."""
    return {file.stem.lower(): orjson.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def compressed(page: bytes) -> bytes:
    """The page for those who take gzip; quickly, since it is made for each request."""
    return gzip.compress(page, 5, mtime=0)


def _merged(basis: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(basis)
    for name, value in over.items():
        known = merged.get(name)
        merged[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
