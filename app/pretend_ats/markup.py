"""HTML as a tree, so that no text of anybody can become a tag: the serializer escapes all of it."""

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree

Element = ElementTree.Element
Child = Element | str | None
Attributes = Mapping[str, str | None]

_DOCTYPE: Final = "<!doctype html>\n"


def h(tag: str, attributes: Attributes | None = None, *children: Child | Iterable[Child]) -> Element:
    """An element. Attributes that are None are left out; so are children. A list stands for what is in it.

    The body of a `script` element is written as it is: nothing but our own words may stand there.
    """
    made = Element(tag, {name: value for name, value in (attributes or {}).items() if value is not None})
    for child in children:
        for one in [child] if child is None or isinstance(child, Element | str) else child:
            _append(made, one)
    return made


def text_of(element: Element) -> str:
    """The element as HTML."""
    return ElementTree.tostring(element, encoding="unicode", method="html")


def document(root: Element) -> bytes:
    """A whole page."""
    return (_DOCTYPE + text_of(root)).encode("utf-8")


def _append(parent: Element, child: Child) -> None:
    if child is None:
        return
    if isinstance(child, Element):
        parent.append(child)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + child
    else:
        parent.text = (parent.text or "") + child
