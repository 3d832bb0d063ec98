"""The text of HTML that an ATS sends: tags are never stored, so nobody has to trust them later."""

from html.parser import HTMLParser


class _Text(HTMLParser):
    """The text of an HTML fragment; the ends of blocks become line breaks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "div", "li", "h1", "h2", "h3", "h4", "tr"}:
            self.parts.append("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "br":
            self.parts.append("\n")


def plain_text(html: str | None) -> str | None:
    """The fragment's text, its lines without indentation and none of them empty; None if there is none."""
    if html is None:
        return None
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line) or None
