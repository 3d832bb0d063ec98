"""What a widget's operations ask, and what its page reads of the answers and shows.

`RECORDER` runs in a frame before its scripts. It lies between the page and the answers of /graphql: the data
comes as a proxy that notes the path of every property that is read, and the texts in it (names, headlines,
notes, and as a fragment addresses: not ids or dates) end with a mark of their own, `¤12¤` or `#m12m`, for
which the page's document is searched whenever it changes. Paths are response keys joined by dots:
`candidate.member.skills.name`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    is_composite_type,
    parse,
)

ROOT: Final = Path(__file__).resolve().parents[2]
OPERATIONS: Final = ROOT / "app" / "http" / "widgets" / "operations"
WIDGETS: Final = ("profile", "onboarding", "search", "recommended")

RECORDER: Final = """
(texts) => {
  if (window.recorder || location.pathname.split("/").at(-2) !== "widgets") return;
  const recorder = (window.recorder = { read: {}, strange: [], sent: [], shown: [] });
  const marks = Object.values(texts).flatMap((paths) => Object.values(paths));
  const notYet = new Set(marks);
  const proxies = new WeakMap();

  const look = () => {
    const attributes = [...document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")]
      .flatMap((one) => ["aria-label", "title", "alt", "placeholder"].map((name) => one.getAttribute(name)));
    const values = [...document.querySelectorAll("input, textarea")].map((one) => one.value);
    const places = [...document.querySelectorAll("[href], [src]")].map((one) => one.href ?? one.src);
    const all = [document.body?.textContent, ...attributes, ...values, ...places].join(" ");
    for (const mark of notYet) if (all.includes(mark)) { notYet.delete(mark); recorder.shown.push(mark); }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });

  const watched = (value, path, name) => {
    if (value === null || typeof value !== "object") return value;
    if (proxies.has(value)) return proxies.get(value);
    const isList = Array.isArray(value);
    const made = new Proxy(value, {
      get(target, key, receiver) {
        const found = Reflect.get(target, key, receiver);
        if (typeof key === "symbol") return found;
        if (isList) return /^[0-9]+$/.test(key) ? watched(found, path, name) : found;
        // What is awaited is asked whether it is a promise.
        if (key in Object.prototype || key === "then") return found;
        const place = path ? `${path}.${key}` : key;
        (recorder.read[name] ??= {})[place] = true;
        return watched(found, place, name);
      },
      ownKeys(target) {
        // The one payload of a mutation may be found without its name.
        if (!isList && path) recorder.strange.push(`${name}: all of ${path} at once`);
        return Reflect.ownKeys(target);
      },
    });
    proxies.set(value, made);
    return made;
  };
  const marked = (value, path, name) => {
    if (Array.isArray(value)) return value.map((one) => marked(one, path, name));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, marked(one, path ? `${path}.${key}` : key, name)]),
      );
    }
    const mark = (texts[name] ?? {})[path];
    if (mark === undefined || typeof value !== "string" || value === "") return value;
    recorder.sent.push(mark);
    return mark.startsWith("#") ? value + mark : `${value} ${mark}`;
  };

  const answers = new Map();
  const fetchIt = window.fetch;
  window.fetch = async (resource, options) => {
    const answer = await fetchIt(resource, options);
    if (!new URL(resource, location.href).pathname.endsWith("/graphql")) return answer;
    const { operations } = JSON.parse(document.getElementById("widget").textContent);
    const { documentId } = parseIt(options.body);
    const name = Object.keys(operations).find((one) => operations[one] === documentId);
    const text = await answer.text();
    answers.set(text, name);
    return new Response(text, { status: answer.status, headers: answer.headers });
  };
  const parseIt = JSON.parse;
  JSON.parse = (text, ...rest) => {
    const parsed = parseIt(text, ...rest);
    const name = answers.get(text);
    if (name === undefined || !parsed.data) return parsed;
    return { ...parsed, data: watched(marked(parsed.data, "", name), "", name) };
  };
}
"""

# What goes back to the server or to the ATS as it came, and facets' names, which the page has words for.
_NOT_SHOWN_AS_IT_IS: Final = ("endCursor", "externalId", "facets.name", "userErrors.code")


@dataclass(frozen=True)
class Operation:
    """One operation: `leaves` has the type of each leaf by its path, `marks` the marks of texts by theirs."""

    widget: str
    name: str
    leaves: Mapping[str, GraphQLNamedType]
    marks: Mapping[str, str]


@dataclass
class Recorded:
    """What pages did with the answers, over all visits: read paths by operation, marks sent and shown."""

    read: dict[str, set[str]] = field(default_factory=dict)
    strange: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    def add(self, recorder: dict[str, Any]) -> None:
        """Add one visit's `window.recorder`."""
        for name, paths in recorder["read"].items():
            self.read.setdefault(name, set()).update(paths)
        self.strange |= set(recorder["strange"])
        self.sent |= set(recorder["sent"])
        self.shown |= set(recorder["shown"])


@cache
def schema() -> GraphQLSchema:
    """The schema that the product prints."""
    return build_schema((ROOT / "schema.graphql").read_text())


@cache
def operations_of(widget: str) -> tuple[Operation, ...]:
    """The trusted operations of a widget, in the order of their names."""
    found = []
    for file in sorted((OPERATIONS / widget).glob("*.graphql")):
        definitions = parse(file.read_text()).definitions
        fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        for one in definitions:
            if isinstance(one, OperationDefinitionNode):
                assert one.name is not None, file
                root = schema().get_root_type(one.operation)
                assert root is not None
                leaves = dict(_leaves(root, one.selection_set, fragments, ""))
                found.append((one.name.value, leaves))
    operations, number = [], 0
    for operation, leaves in sorted(found, key=lambda one: one[0]):
        marks = {}
        for path, leaf in leaves.items():
            if leaf.name == "String" and not path.endswith(_NOT_SHOWN_AS_IT_IS):
                number += 1
                marks[path] = f"#m{number}m" if path.endswith("Url") else f"¤{number}¤"
        operations.append(Operation(widget, operation, leaves, marks))
    return tuple(operations)


def _leaves(
    parent: GraphQLCompositeType,
    selection: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    path: str,
) -> Iterator[tuple[str, GraphQLNamedType]]:
    for node in selection.selections:
        if isinstance(node, FieldNode):
            key = (node.alias or node.name).value
            place = f"{path}.{key}" if path else key
            field_of = schema().get_field(parent, node.name.value)
            assert field_of is not None, place
            kind = get_named_type(field_of.type)
            if node.selection_set is None:
                yield place, kind
            else:
                assert is_composite_type(kind)
                yield from _leaves(kind, node.selection_set, fragments, place)
            continue
        assert isinstance(node, InlineFragmentNode | FragmentSpreadNode)
        inner = node if isinstance(node, InlineFragmentNode) else fragments[node.name.value]
        condition = inner.type_condition
        narrowed = schema().get_type(condition.name.value) if condition is not None else parent
        assert is_composite_type(narrowed)
        yield from _leaves(narrowed, inner.selection_set, fragments, path)
