"""What is around every page of the ATS, and how a page embeds a widget."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.pretend_ats.markup import Attributes, Child, Element, document, h, text_of
from app.pretend_ats.users import THEMES, USERS, Session

TOKEN_PATH: Final = "/widget-token"  # noqa: S105
_SECTIONS: Final = (
    ("/", "Start"),
    ("/candidates", "Candidates"),
    ("/jobs", "Jobs"),
    ("/search", "Search"),
    ("/settings", "LinkedIn settings"),
)
_EVENTS: Final = ("linked", "unlinked", "exported", "saved", "not-interested", "integration", "failed")


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages need to know of the gateway: where it is, and the key of the customer's application."""

    gateway: str
    api_key: str

    @property
    def policy(self) -> str:
        """The pages' Content-Security-Policy: strict, with what the widgets need and no more."""
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src 'self' {self.gateway}",
                f"frame-src {self.gateway}",
                "connect-src 'self'",
                "style-src 'self'",
                "img-src 'self' data:",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        )

    def loader(self) -> Element:
        """The loader's script element, which stands once on a page."""
        setup = f"\napi_key: {self.api_key}\ntoken_url: {TOKEN_PATH}\n"
        return h("script", {"src": f"{self.gateway}/widgets/loader.js", "async": "async"}, setup)


def page(
    site: Site,
    session: Session,
    path: str,
    title: str,
    *content: Child | Iterable[Child],
    has_widget: bool = True,
) -> bytes:
    """A whole page. `path` is its own, with which the section and the way back from a switch are known."""
    theme = None if session.theme == "auto" else session.theme
    head = h(
        "head",
        None,
        h("meta", {"charset": "utf-8"}),
        h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        h("title", None, f"{title} · Demo ATS"),
        h("link", {"rel": "icon", "href": "data:,"}),
        h("link", {"rel": "stylesheet", "href": "/assets/ats.css"}),
        h("script", {"src": "/assets/ats.js", "defer": "defer"}),
        site.loader() if has_widget else None,
    )
    body = h(
        "body",
        None,
        h("a", {"class": "skip", "href": "#content"}, "Skip to content"),
        _header(session, path),
        h("main", {"id": "content"}, *content),
    )
    return document(h("html", {"lang": "en", "data-theme": theme}, head, body))


def heading(title: str, *below: Child) -> Element:
    """The page's title, and a line below it."""
    return h("div", {"class": "heading"}, h("h1", None, title), h("p", {"class": "quiet"}, *below))


def our_tag(session: Session, widget: str, **attributes: str | None) -> Element:
    """The gateway's own tag."""
    theme = None if session.theme == "auto" else session.theme
    return h("rsc-widget", {"widget": widget, **attributes, "theme": theme})


def linkedins_tag(session: Session, candidate: str, company: str) -> Element:
    """The tag that LinkedIn documents for the profile widget, and the theme, which it does not know."""
    attributes: Attributes = {
        "type": "IN/HcmWidget",
        "data-widget-type": "ATS",
        "data-ats-candidate-id": candidate,
        "data-integration-context": company,
        "data-show-unlink-url": "true",
        "data-confirm-unlink": "true",
        "data-onlink": "onProfileLinked",
        "data-onunlink": "onProfileUnlinked",
        "data-theme": None if session.theme == "auto" else session.theme,
    }
    return h("script", attributes)


def embedded(site: Site, tag: Element) -> Element:
    """The widget, and below it what it told the page and how the page embeds it."""
    source = f"{text_of(site.loader())}\n\n{text_of(tag)}"
    return h(
        "section",
        {"class": "embedded", "aria-label": "LinkedIn"},
        tag,
        h(
            "details",
            {"class": "told"},
            h("summary", None, "What the widget told this page ", h("output", {"id": "told-count"}, "0")),
            h("ol", {"id": "told", "data-events": " ".join(_EVENTS)}),
        ),
        h(
            "details",
            None,
            h("summary", None, "How this page embeds it"),
            h("pre", {"tabindex": "0"}, source),
        ),
    )


def _header(session: Session, path: str) -> Element:
    section = next((at for at, _ in reversed(_SECTIONS) if at != "/" and path.startswith(at)), "/")
    links = [
        h("a", {"href": at, "aria-current": "page" if at == section else None}, label)
        for at, label in _SECTIONS
    ]
    return h(
        "header",
        None,
        h("a", {"class": "brand", "href": "/"}, h("span", {"aria-hidden": "true"}, "◆"), " Demo ATS"),
        h("nav", {"aria-label": "Sections"}, links),
        h(
            "form",
            {"class": "switch", "method": "post", "action": "/session"},
            h("input", {"type": "hidden", "name": "back", "value": path}),
            _choice("Signed in as", "user", session.user.name, [(u.name, u.label) for u in USERS.values()]),
            _choice("Theme", "theme", session.theme, [(name, name.capitalize()) for name in THEMES]),
            h("button", {"type": "submit"}, "Switch"),
        ),
    )


def _choice(label: str, name: str, chosen: str, options: list[tuple[str, str]]) -> Element:
    return h(
        "label",
        None,
        h("span", None, label),
        h(
            "select",
            {"name": name},
            [
                h("option", {"value": value, "selected": "selected" if value == chosen else None}, text)
                for value, text in options
            ],
        ),
    )
