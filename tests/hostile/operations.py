"""Families of operations that try to cost far more than they look like; each is made anew from a seed.

The families of `tests.engine.hostile_documents` are for a schema of their own, one document each; these are
for the product's schema, and no two of a family are alike, so that no cache answers for the engine.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import quote

from tests.engine.hostile_documents import bomb, many, nested

BODY_BYTES: Final = 990_000
"""A little less than a body may have, so that it is read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to /graphql. `persona` is who sends it."""

    body: bytes
    persona: str = "recruiter"
    method: str = "POST"
    target: str = "/graphql"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


Family = Callable[[Random], Sent]


def asked(query: str, variables: Any = None, persona: str = "recruiter", **more: Any) -> Sent:
    """A POST of this document."""
    said = {"query": query} | ({} if variables is None else {"variables": variables}) | more
    return Sent(json.dumps(said).encode("utf-8", "surrogatepass"), persona)


def by_url(query: str, **more: str) -> Sent:
    """The same by GET, as staff, who may."""
    pairs = "&".join(f"{name}={quote(value)}" for name, value in ({"query": query} | more).items())
    return Sent(b"", "staff", "GET", f"/graphql?{pairs}", {})


def word(random: Random, length: int = 8) -> str:
    """A name that was not there before."""
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=length))


def on(kind: str, text: str) -> str:
    """A bomb whose fragments are on this type."""
    return text.replace("Thing", kind).replace("{id}", "{__typename}")


def listed(count: int, make: Callable[[int], str], between: str = " ") -> str:
    return between.join(make(n) for n in range(count))


def _bombs(random: Random) -> Sent:
    body = random.choice(
        ("...f%m ...f%m", "...{...f%m} ... on Query {...f%m}", "...f%m @skip(if:true) ...f%m")
    )
    return asked(on("Query", bomb(body, random.randint(10, 900 if "{" not in body else 90))))


def _field_bombs(random: Random) -> Sent:
    body = random.choice(("notes{...f%m} a:notes{...f%m}", "member{...f%m} member{...f%m}"))
    return asked(on("Candidate", bomb(body, random.randint(8, 20))))


def _wide_bombs(random: Random) -> Sent:
    wide = random.randint(40, 400)
    return asked(
        "{" + "...a " * wide + "} fragment a on Query {" + "...b " * wide + "} fragment b on Query {x}"
    )


def _direct_cycle(random: Random) -> Sent:
    spreads = "...a " * random.randint(1, 2_000)
    return asked("{...a} fragment a on Query {__typename " + spreads + "}")


def _indirect_cycle(random: Random) -> Sent:
    size = random.randint(2, 900)
    return asked(
        "{...f0} " + listed(size, lambda n: f"fragment f{n} on Query {{...f{(n + 1) % size} __typename}}")
    )


def _mesh_of_cycles(random: Random) -> Sent:
    size = random.randint(20, 65)
    everyone = listed(size, lambda n: f"...f{n}")
    return asked("{...f0} " + listed(size, lambda n: f"fragment f{n} on Query {{{everyone}}}"))


def _cycle_through_fields(random: Random) -> Sent:
    deep = random.randint(1, 6)
    inside = nested("member{inAts{candidates{", deep, "...a").replace("}", "}}}")
    return asked("{candidate(id:1){...a}} fragment a on Candidate {" + inside + "}")


def _unused_fragments(random: Random) -> Sent:
    return asked(
        "{__typename} " + listed(random.randint(500, 1_600), lambda n: f"fragment f{n} on Query {{a}}")
    )


def _overlapping_scalars(random: Random) -> Sent:
    return asked("{viewer{" + random.choice(("subject ", "roles ")) * random.randint(1_000, 9_900) + "}}")


def _overlapping_objects(random: Random) -> Sent:
    return asked("{" + "viewer{subject roles} " * random.randint(500, 1_900) + "}")


def _overlapping_arguments(random: Random) -> Sent:
    return asked("{" + listed(random.randint(200, 1_600), lambda n: f"candidate(id:{n}){{id}}") + "}")


def _overlapping_nests(random: Random) -> Sent:
    one = nested("company{__typename ", 1, "id ") + " "
    return asked(
        "{viewer{" + (one * random.randint(20, 60) + "}viewer{") * random.randint(10, 25) + "subject}}"
    )


def _overlapping_fragments(random: Random) -> Sent:
    size = random.randint(60, 95)
    fragments = listed(size, lambda n: f"fragment f{n} on Viewer {{{'subject ' * 90}}}")
    return asked("{viewer{" + listed(size, lambda n: f"...f{n}") + "}} " + fragments)


def _overlapping_inline(random: Random) -> Sent:
    one = random.choice(("...{subject}", "... on Viewer{subject}", "... on Viewer{a:subject a:roles}"))
    return asked("{viewer{" + one * random.randint(500, 1_600) + "}}")


def _overlap_across_types(random: Random) -> Sent:
    kinds = ("Candidate", "Job", "Member", "Seat", "Note", "Application", "Company")
    spread = listed(random.randint(50, 900), lambda n: f"... on {kinds[n % 7]}{{x:id id}}")
    return asked("{node(id:1){" + spread + "}}")


def _aliases(random: Random) -> Sent:
    return asked("{viewer{" + many("a%n:subject", random.randint(31, 2_400)) + "}}")


def _aliases_in_the_limit(random: Random) -> Sent:
    some = "{nodes{body createdAt}}".replace("nodes", "edges{node").replace("}}", "}}}")
    inside = many("a%n:notes(first:5)" + some, 4)
    outer = many("a%n:candidates(first:5){edges{node{id " + inside + "}}}", random.randint(2, 30))
    return asked("{" + outer + "}")


def _directives(random: Random) -> Sent:
    one = random.choice(("@skip(if:false) ", "@include(if:true) ", "@a ", "@deprecated "))
    return asked("{__typename " + one * random.randint(51, 1_900) + "}")


def _skip_and_include(random: Random) -> Sent:
    one = "a:__typename @skip(if:$a) @include(if:$b) "
    return asked(
        "query($a:Boolean!,$b:Boolean!){" + one * random.randint(20, 25) + "}", {"a": False, "b": True}
    )


def _unknown_directives(random: Random) -> Sent:
    return asked("{viewer " + listed(50, lambda n: f"@{word(random)}(x:{n})") + "{subject}}")


def _deep_fields(random: Random) -> Sent:
    return asked("{viewer" + nested("{company", random.randint(10, 3_000), "{id}") + "}")


def _deep_inline(random: Random) -> Sent:
    return asked("{" + nested(random.choice(("...{", "... on Query{")), random.randint(90, 2_400), "x") + "}")


def _deep_lists(random: Random) -> Sent:
    deep = random.randint(20, 4_500)
    return asked("{candidates(filter:" + "[" * deep + "]" * deep + "){totalCount}}")


def _deep_objects(random: Random) -> Sent:
    return asked("{candidates(filter:" + nested("{a:", random.randint(20, 2_400), "1") + "){totalCount}}")


def _deep_types(random: Random) -> Sent:
    deep = random.randint(20, 4_500)
    return asked("query($a:" + "[" * deep + "Int" + "]" * deep + "){__typename}")


def _literals(random: Random) -> Sent:
    sign = random.choice(("a", "é", "\\\\", '\\"', "\\u00e9", "\U0001f600", "%", "'"))
    text = sign * (BODY_BYTES // len(json.dumps(sign)) // 2)
    return asked(f'{{candidates(filter:{{nameContains:"{text}"}}){{totalCount}}}}')


def _block_strings(random: Random) -> Sent:
    line = random.choice(("\n", " \n", "a\n", '\\"""', " " * 50 + "a\n", '""'))
    text = line * (400_000 // len(json.dumps(line)))
    return asked('{candidate(externalId:"""' + text + 'a"""){id}}')


def _unicode(random: Random) -> Sent:
    code = random.choice(
        ("\\u{1F600}", "\\uD83D\\uDE00", "\\uD800", "\\u{110000}", "\\u0000", "\\u{000000000041}")
    )
    return asked('{candidate(externalId:"' + code * random.randint(1, 40_000) + '"){id}}')


def _control_signs(random: Random) -> Sent:
    sign = random.choice("\x00\x01\x08\x0b\x7f\x85\ufeff\u2028\ud800\uffff")
    return asked("{viewer{" + sign * random.randint(1, 9_000) + "subject}}")


def _long_numbers(random: Random) -> Sent:
    number = random.choice("123456789") + "0" * random.randint(300, 100_000)
    written = random.choice(
        (number, "-" + number, number + ".5", f"1e{number}", f"0.{number}", f"1e-{number[:9]}")
    )
    where = random.choice(
        ("candidates(first:%s){totalCount}", "candidate(id:%s){id}", "viewer{subject(a:%s)}")
    )
    return asked("{" + where.replace("%s", written) + "}")


def _long_names(random: Random) -> Sent:
    name = word(random, 100_000)
    shape = random.choice(("{%s}", "{%s:__typename}", "query %s{__typename}", "{...%s}", "{__typename @%s}"))
    shape = random.choice(
        (shape, "query($%s:Int){__typename}", "{__type(name:$%s){name}}", "{candidate(%s:1){id}}")
    )
    return asked(shape.replace("%s", name))


def _comments(random: Random) -> Sent:
    return asked("#" + random.choice(("\n#", "x\n#", " ,\n#")) * random.randint(500, 100_000) + "\n")


def _one_comment(random: Random) -> Sent:
    return asked("#" + random.choice("aé#") * random.randint(1_000, 150_000) + "\n{__typename}")


def _blanks(random: Random) -> Sent:
    return asked("{" + random.choice((" ", ",", "\n", "\t", "\r\n", "\ufeff")) * 300_000 + word(random) + "}")


def _operations(random: Random) -> Sent:
    return asked(listed(random.randint(200, 10_000), lambda n: f"query q{n}{{viewer{{subject}}}}"))


def _operations_with_one_fragment(random: Random) -> Sent:
    size = random.randint(100, 800)
    text = (
        listed(size, lambda n: f"query q{n}{{...a}}")
        + " fragment a on Query {"
        + "viewer{subject} " * 12
        + "}"
    )
    return asked(text, operationName="q1")


def _same_operation_twice(random: Random) -> Sent:
    name = random.choice(("", "query a", "mutation a"))
    return asked((name + "{__typename} ") * random.randint(2, 2_400), operationName="a")


def _anonymous_and_named(random: Random) -> Sent:
    return asked("{__typename} " + many("query a%n{__typename}", random.randint(1, 1_600)))


def _repeated_variables(random: Random) -> Sent:
    return asked("query(" + "$a:Int=1 " * random.randint(2, 1_600) + "){candidates(first:$a){totalCount}}")


def _unused_variables(random: Random) -> Sent:
    return asked("query(" + many("$a%n:Int", random.randint(50, 2_400)) + "){__typename}")


def _undefined_variables(random: Random) -> Sent:
    return asked("{" + many("candidate(id:$a%n){id}", random.randint(30, 1_200)) + "}")


def _variables_over_fragments(random: Random) -> Sent:
    size = random.randint(20, 110)
    chain = listed(
        size, lambda n: f"fragment f{n} on Query {{...f{n + 1} a:__typename @skip(if:$a{n % 20})}}"
    )
    ends = f" fragment f{size} on Query {{__typename}}"
    variables = many("$a%n:Boolean!", 20)
    return asked(listed(20, lambda n: f"query q{n}({variables}){{...f{n}}}") + chain + ends)


def _cyclic_defaults(random: Random) -> Sent:
    return asked("query(" + many("$a%n:Int=$a%m", random.randint(1, 1_200)) + "){__typename}")


def _odd_defaults(random: Random) -> Sent:
    value = random.choice(("null", "{a:$b}", "[[[1]]]", "1e999", '"\\u0000"', "ENUM", "{a:1,a:2}", "$a"))
    kind = random.choice(
        ("Int", "Int!", "CandidateFilter", "[ID!]!", "Nothing", "Candidate", "DateTime", "_Any")
    )
    return asked(f"query($a:{kind}={value}){{__typename {word(random)}:viewer{{subject}}}}")
