"""Documents that cost far more than they say, by family, each with the code that refuses it."""

from typing import Final


def many(template: str, count: int, start: int = 0) -> str:
    return " ".join(
        template.replace("%n", str(n)).replace("%m", str(n + 1)) for n in range(start, start + count)
    )


def nested(opening: str, count: int, inside: str) -> str:
    return opening * count + inside + "}" * count


def bomb(body: str, levels: int) -> str:
    """`levels` fragments, each of which spreads the next one by `body`, in which %m is its number."""
    return (
        "{...f0} "
        + many(f"fragment f%n on Thing {{{body}}}", levels)
        + f" fragment f{levels} on Thing {{id}}"
    )


def pages(arguments: str, levels: int, inside: str) -> str:
    """Connections within each other."""
    return "{" + f"things{arguments}{{edges{{node{{" * levels + inside + "}}}" * levels + "}"


HOSTILE: Final[dict[str, tuple[str, str]]] = {
    # Fragments that expand.
    "bomb of sibling spreads": (bomb("...f%m ...f%m", 30), "COST_LIMIT"),
    "bomb through fields": (bomb("parent{...f%m} p:parent{...f%m}", 20), "COST_LIMIT"),
    "bomb through one merged field": (bomb("parent{...f%m} parent{...f%m}", 20), "COST_LIMIT"),
    "bomb through inline fragments": (bomb("...{...f%m} ... on Thing {...f%m}", 25), "COST_LIMIT"),
    "bomb behind @skip": (bomb("...f%m @skip(if:true) ...f%m", 40), "COST_LIMIT"),
    "bomb with a wide foot": (
        "{"
        + "...a " * 50
        + "} fragment a on Thing {"
        + "...b " * 50
        + "} fragment b on Thing {"
        + "name " * 50
        + "}",
        "COST_LIMIT",
    ),
    "bomb of many fragments": (bomb("...f%m ...f%m", 290), "COST_LIMIT"),
    "bomb split over operations": (
        many("query q%n {...a}", 180) + " fragment a on Query {" + "thing{id} " * 60 + "}",
        "COST_LIMIT",
    ),
    "bomb on a type that does not exist": (
        bomb("...f%m ...f%m", 30).replace("Thing", "Nothing"),
        "COST_LIMIT",
    ),
    "bomb in a mutation": ("mutation " + bomb("...f%m ...f%m", 30), "COST_LIMIT"),
    "bomb in a subscription": ("subscription " + bomb("...f%m ...f%m", 30), "COST_LIMIT"),
    # Page sizes.
    "pages within pages": (pages("(first:200)", 3, "id"), "COST_LIMIT"),
    "pages within pages by default": (
        pages("", 4, "id name"),
        "COST_LIMIT",
    ),
    "a page beyond every size": (
        "{things(first:99999999999999999999){edges{node{things(first:99999999999999999999){edges{node{things{"
        "totalCount}}}}}}}}",
        "COST_LIMIT",
    ),
    "a page size of 5,000 digits": (
        "{things(first:" + "9" * 5000 + "){edges{node{things(first:200){edges{node{things{totalCount}}}}}}}}",
        "COST_LIMIT",
    ),
    "pages hidden in fragments": (
        "{...a} fragment a on Query {things(first:200){...b}} fragment b on Things {edges{node{...c}}} "
        "fragment c on Thing {things(first:200){edges{node{...d}}}} fragment d on Thing {things{totalCount}}",
        "COST_LIMIT",
    ),
    "pages of aliases": (
        "{" + many("t%n:things(first:200){edges{node{things(first:50){totalCount}}}}", 25) + "}",
        "COST_LIMIT",
    ),
    "introspection under aliases": (
        "{__schema{"
        + many("a%n:types{fields{name type{name fields{name type{name fields{name args{name}}}}}}}", 30)
        + "}}",
        "COST_LIMIT",
    ),
    # Ids.
    "too many ids": ('{nodes(ids:["' + '" "'.join(map(str, range(1001))) + '"]){id}}', "NODE_LIMIT"),
    "ids times pages": (
        '{nodes(ids:["' + '" "'.join(map(str, range(900))) + '"]){id ... on Thing {things(first:200){'
        "edges{node{name parent{id}}}}}}}",
        "COST_LIMIT",
    ),
    # Depth.
    "deep fields": ("{thing" + nested("{parent", 14, "{id}") + "}", "DEPTH_LIMIT"),
    "deep through fragments": (bomb("parent{...f%m}", 16), "DEPTH_LIMIT"),
    "deep through inline fragments": (
        "{" + nested("...{x{", 16, "y").replace("}", "}}") + "}",
        "DEPTH_LIMIT",
    ),
    "deep in a fragment that nobody spreads": (
        "{thing{id}} fragment a on Thing {parent" + nested("{parent", 15, "{id}") + "}",
        "DEPTH_LIMIT",
    ),
    "deep in the second operation": (
        "query a {thing{id}} query b {thing" + nested("{parent", 15, "{id}") + "}",
        "DEPTH_LIMIT",
    ),
    "deep in unknown fields": ("{" + nested("x{", 16, "y") + "}", "DEPTH_LIMIT"),
    "braces beyond the parser": ("{a" * 10_000, "DEPTH_LIMIT"),
    "braces to the parser's end": (nested("{a", 900, ""), "DEPTH_LIMIT"),
    "inline fragments without fields": ("{" + nested("...{", 120, "thing{id}") + "}", "DEPTH_LIMIT"),
    "a chain of many fragments": (bomb("...f%m", 360), "DEPTH_LIMIT"),
    "nested lists": ("{things(filter:" + "[" * 100 + "]" * 100 + "){totalCount}}", "DEPTH_LIMIT"),
    "nested lists to the parser's end": (
        "{things(filter:" + "[" * 1_400 + "]" * 1_400 + "){totalCount}}",
        "DEPTH_LIMIT",
    ),
    "nested objects": ("{things(filter:" + nested("{within:", 60, "1") + "){totalCount}}", "DEPTH_LIMIT"),
    "nested objects in a directive": ("{thing{id @a(b:" + nested("{c:", 60, "1") + ")}}", "DEPTH_LIMIT"),
    "nested list types": ("query ($a:" + "[" * 100 + "Int" + "]" * 100 + ") {thing{id}}", "DEPTH_LIMIT"),
    "a nested default value": ("query ($a:Int=" + "[" * 60 + "]" * 60 + ") {thing{id}}", "DEPTH_LIMIT"),
    # Aliases.
    "aliases": ("{thing{" + many("n%n:name", 31) + "}}", "ALIAS_LIMIT"),
    "aliases at the root": ("{" + many("n%n:thing{id}", 31) + "}", "ALIAS_LIMIT"),
    "aliases of __typename": ("{" + many("n%n:__typename", 31) + "}", "ALIAS_LIMIT"),
    "aliases of an unknown field": ("{" + many("n%n:nothing", 31) + "}", "ALIAS_LIMIT"),
    "aliases spread over fragments": (
        "{thing{...a ...b}} fragment a on Thing {"
        + many("n%n:name", 16)
        + "} fragment b on Thing {"
        + many("n%n:name", 16, 16)
        + "}",
        "ALIAS_LIMIT",
    ),
    "aliases spread over inline fragments": (
        "{thing{...{" + many("n%n:name", 16) + "} ... on Node {" + many("n%n:name", 16, 16) + "}}}",
        "ALIAS_LIMIT",
    ),
    "aliases spread over a field that merges": (
        "{thing{" + many("n%n:name", 16) + "} thing{" + many("n%n:name", 16, 16) + "}}",
        "ALIAS_LIMIT",
    ),
    # Directives and tokens.
    "directives on one field": ("{thing{id " + "@skip(if:false) " * 51 + "}}", "DIRECTIVE_LIMIT"),
    "unknown directives": ("{thing{id " + "@a" * 51 + "}}", "DIRECTIVE_LIMIT"),
    "directives everywhere": (
        "query ($a:Int @a) @a {...@a{thing @a {...b @a}}} fragment b on Thing @a {" + "id @a " * 46 + "}",
        "DIRECTIVE_LIMIT",
    ),
    "tokens": ("{" + "id " * 10_000 + "}", "TOKEN_LIMIT"),
    "tokens in one list": ("{things(filter:[" + "1 " * 10_000 + "]){totalCount}}", "TOKEN_LIMIT"),
    "comments": ("#\n" * 3_000 + "{thing{id}}", "TOKEN_LIMIT"),
    "a token more than may be": ("{" + "id " * 2_999 + "}", "TOKEN_LIMIT"),
    "lines": ("\n" * 5_001 + "{thing{id}}", "TOKEN_LIMIT"),
    "old lines": ("\r" * 5_001 + "{thing{id}}", "TOKEN_LIMIT"),
    "signs": ("{thing{id}}" + " " * 100_000, "TOKEN_LIMIT"),
    "a string of 100 kB": ('{thing(id:"' + "a" * 100_000 + '"){id}}', "TOKEN_LIMIT"),
    # What is no document.
    "nothing": ("", "GRAPHQL_PARSE_FAILED"),
    "half a document": ("{thing{id}", "GRAPHQL_PARSE_FAILED"),
    "an empty selection": ("{thing{}}", "GRAPHQL_PARSE_FAILED"),
    "NUL": ("{thing\x00{id}}", "GRAPHQL_PARSE_FAILED"),
    "a lone surrogate": ('{thing(id:"\\ud800"){id}}', "GRAPHQL_PARSE_FAILED"),
    "an unfinished string of 90 kB": ('{thing(id:"' + "a" * 90_000, "GRAPHQL_PARSE_FAILED"),
    "a string where none may be": (
        '{"' + "contains more than 3 tokens. " * 1000 + '"}',
        "GRAPHQL_PARSE_FAILED",
    ),
}
