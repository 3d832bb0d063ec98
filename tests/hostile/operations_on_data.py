"""More families: values, variables, ids, entities, introspection, searches, and how they are sent."""

import json
from random import Random
from typing import Any, Final

from tests.engine.hostile_documents import many, nested, pages
from tests.hostile import operations as plain
from tests.hostile.operations import BODY_BYTES, Family, Sent, asked, by_url, listed, word

_LIST: Final = """query($first:Int $after:String $filter:CandidateFilter $orderBy:CandidateOrder) {
candidates(first:$first after:$after filter:$filter orderBy:$orderBy){totalCount edges{cursor node{id}}}}"""
_SYNC: Final = "mutation($i:SyncCandidatesInput!){syncCandidates(input:$i){results{outcome}userErrors{code}}}"
ODD: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        1e308,
        2**31,
        2**53 + 1,
        10**30,
        "",
        "\x00",
        "é" * 5_000,
        "\ud800",
        [],
        {},
        [[]],
    ),
    *(
        [None],
        {"": None},
        {"__proto__": {}},
        "9999-12-31T23:59:59Z",
        "99999-01-01T00:00:00Z",
        "urn:li:seat:1",
    ),
    *(
        "2024-02-30T00:00:00Z",
        "urn:rsc:candidate:x",
        "=" * 80,
        "' or 1=1 --",
        "%",
        "_",
        "*:*",
        "\u202e",
        "a" * 70_000,
    ),
)


def _odd_variables(random: Random) -> Sent:
    return asked(_LIST, {name: random.choice(ODD) for name in ("first", "after", "filter", "orderBy")})


def _odd_filters(random: Random) -> Sent:
    names = ("tag", "doNotContact", "matchState", "jobId", "nameContains", "modifiedSince")
    return asked(_LIST, {"filter": {name: random.choice(ODD) for name in random.sample(names, 3)}})


def _variables_of_no_object(random: Random) -> Sent:
    return asked("{__typename}", random.choice((*ODD[1:], [1] * 100_000)))


def _unknown_variables(random: Random) -> Sent:
    return asked("{__typename}", {word(random): n for n in range(random.randint(1_000, 40_000))})


def _deep_variables(random: Random) -> Sent:
    deep = random.randint(100, 200_000)
    body = b'{"query":"{__typename}","variables":{"a":' + b"[" * deep + b"]" * deep + b"}}"
    return Sent(body, "recruiter")


def _long_lists_of_enums(random: Random) -> Sent:
    states = ["UNMATCHED", "MATCHED"] * random.randint(5_000, 35_000)
    return asked(_LIST, {"filter": {"matchState": states}})


def _long_lists_of_nonsense(random: Random) -> Sent:
    return asked(_LIST, {"filter": {"matchState": [random.choice((1, "x", None, {}))] * 150_000}})


def _long_lists_in_the_document(random: Random) -> Sent:
    states = "UNMATCHED " * random.randint(5_000, 9_900)
    return asked("{candidates(filter:{matchState:[" + states + "]}){totalCount}}")


def _inputs_of_a_thousand_records(random: Random) -> Sent:
    record = {"atsCandidateId": word(random), "firstName": "a", "emailAddresses": ["a@b.example"]}
    return asked(_SYNC, {"i": {"records": [record] * random.randint(101, 8_000)}}, "partner")


def _inputs_of_empty_records(random: Random) -> Sent:
    return asked(_SYNC, {"i": {"records": [{}] * random.randint(10_000, 200_000)}}, "partner")


def _inputs_of_long_lists(random: Random) -> Sent:
    record = {"atsCandidateId": word(random), "emailAddresses": ["a@b.c"] * random.randint(1_000, 90_000)}
    return asked(_SYNC, {"i": {"records": [record]}}, "partner")


def _inputs_of_unknown_fields(random: Random) -> Sent:
    record = {word(random): n for n in range(random.randint(100, 30_000))}
    return asked(_SYNC, {"i": {"records": [record]}}, "partner")


def _ids(random: Random) -> Sent:
    ids = [f"urn:rsc:candidate:{random.randbytes(16).hex()}" for _ in range(random.randint(800, 20_000))]
    return asked("query($i:[ID!]!){nodes(ids:$i){__typename id}}", {"i": ids})


def _ids_of_every_kind(random: Random) -> Sent:
    kinds = ("candidate", "job", "note", "application", "export", "", "x" * 500)
    ids = [f"urn:rsc:{random.choice(kinds)}:{random.randbytes(16).hex()}" for _ in range(900)]
    on = "id ... on Candidate{firstName} ... on Job{title} ... on Note{body}"
    return asked("query($i:[ID!]!){nodes(ids:$i){" + on + "}}", {"i": ids})


def _odd_ids(random: Random) -> Sent:
    return asked("query($i:ID!){node(id:$i){id}}", {"i": random.choice(ODD)})


def _entities(random: Random) -> Sent:
    one = {"__typename": random.choice(("Candidate", "Job", "Nothing")), "id": word(random)}
    some = [one] * random.randint(500, 15_000)
    return asked("query($r:[_Any!]!){_entities(representations:$r){__typename}}", {"r": some})


def _odd_entities(random: Random) -> Sent:
    odd = random.choice(({"__typename": random.choice(ODD), "id": random.choice(ODD)}, *ODD))
    return asked("query($r:[_Any!]!){_entities(representations:$r){__typename}}", {"r": [odd]})


def _deep_entities(random: Random) -> Sent:
    inside = nested("{a:", random.randint(2, 31), "1")
    return asked('{_entities(representations:[{__typename:"Job",id:' + inside + "}]){__typename}}")


def _introspection(random: Random) -> Sent:
    of = nested("{name ofType", random.randint(3, 14), "{name}")
    text = "{__schema{types{name fields{name type" + of + " args{name type" + of + "}}}}}"
    return asked(text, None, random.choice(("staff", "recruiter")))


def _circular_introspection(random: Random) -> Sent:
    text = (
        "{__schema{types{" + nested("fields{type{", random.randint(1, 6), "name").replace("}", "}}") + "}}}"
    )
    return asked(text, None, "staff")


def _whole_introspection(random: Random) -> Sent:
    fields = "name fields(includeDeprecated:true){name args{name type{name}}type{name kind ofType{name}}}"
    text = f"{{{word(random)}:__schema{{types{{{fields}inputFields{{name}}enumValues{{name}}}}}}}}"
    return asked(text, None, "staff")


def _types_by_alias(random: Random) -> Sent:
    text = many('a%n:__type(name:"Query"){fields{name type{name fields{name}}}}', random.randint(5, 30))
    return asked("{" + text + "}", None, "staff")


def _unknown_fields(random: Random) -> Sent:
    return asked("{" + listed(random.randint(50, 9_900), lambda _: word(random)) + "}")


def _unknown_types(random: Random) -> Sent:
    return asked("{" + listed(random.randint(50, 1_900), lambda _: f"... on {word(random)}{{a}}") + "}")


def _unknown_arguments(random: Random) -> Sent:
    return asked("{candidate(" + listed(random.randint(50, 3_000), lambda _: word(random) + ":1") + "){id}}")


def _repeated_arguments(random: Random) -> Sent:
    return asked("{candidates(" + "first:1 " * random.randint(2, 3_000) + "){totalCount}}")


def _repeated_input_fields(random: Random) -> Sent:
    return asked("{candidates(filter:{" + 'tag:"a" ' * random.randint(2, 3_000) + "}){totalCount}}")


def _type_definitions(random: Random) -> Sent:
    return asked(many("type T%n{a:Int}", random.randint(1, 1_200)) + random.choice(("", " {__typename}")))


def _subscriptions(random: Random) -> Sent:
    return asked(
        "subscription " + word(random) + random.choice(("{viewer{subject}}", "{a b}", "{__typename}"))
    )


def _mutations(random: Random) -> Sent:
    one = 'a%n:addTag(input:{candidateId:"x",tag:"y"}){userErrors{code}}'
    return asked(
        "mutation{" + many(one, random.randint(5, 30)) + "}", None, random.choice(("partner", "recruiter"))
    )


def _pages_in_pages(random: Random) -> Sent:
    first = random.choice((1, 2, 5, 50, 200, 10**9))
    inside = f"applications(first:{first}){{edges{{node{{candidate{{" * random.randint(1, 4)
    text = f"{{candidates(first:{first}){{edges{{node{{{inside}id"
    return asked(text + "}" * (text.count("{") - text.count("}")))


def _odd_page_sizes(random: Random) -> Sent:
    first = random.choice(("0", "-1", "201", "2147483648", "1.5", '"5"', "null", "[1]", "TEN", "{}", "true"))
    text = pages(f"(first:{first})", random.randint(1, 3), "id").replace("things", "candidates")
    return asked(text)


def _odd_cursors(random: Random) -> Sent:
    cursor = random.choice((*ODD, random.randbytes(60).hex(), "AAAA" * 200, "W10=", "bnVsbA=="))
    return asked(_LIST, {"after": cursor, "first": random.choice((1, 200, 0))})


def _searches(random: Random) -> Sent:
    text = random.choice(
        ("a " * 20_000, "% _ ' \" \\ " * 50, "(" * 3_000, "*" * 900, "é" * 50_000, word(random, 9_000))
    )
    return asked("query($q:String!){unifiedSearch(query:$q first:5){totalCount edges{score}}}", {"q": text})


def _odd_urls(random: Random) -> Sent:
    url = random.choice(
        ("https://www.linkedin.com/in/" + "%2e" * 9_000, "javascript:1", "//" * 9_000, "\x00")
    )
    return asked("query($u:String){member(publicProfileUrl:$u){id}}", {"u": url + word(random)})


def _batches(random: Random) -> Sent:
    return Sent(json.dumps([{"query": "{__typename}"}] * random.randint(1, 20_000)).encode())


def _by_get(random: Random) -> Sent:
    text = random.choice(
        ("{" + "viewer{subject} " * 200 + "}", "mutation{approveIntegration{userErrors{code}}}")
    )
    more = random.choice(({}, {"variables": "[" * 900}, {"variables": "null"}, {"operationName": "é" * 300}))
    return by_url(random.choice((text, "{" * 900, "", "\x00", word(random))), **more)


def _documents_by_id(random: Random) -> Sent:
    extension = {"persistedQuery": {"version": random.choice(ODD), "sha256Hash": random.choice(ODD)}}
    said = {"documentId": random.choice(ODD), "extensions": random.choice((extension, *ODD))}
    return Sent(json.dumps(said).encode("utf-8", "surrogatepass"))


def _names_of_operations(random: Random) -> Sent:
    return asked("query a{__typename} query b{__typename}", operationName=random.choice(ODD))


def _bodies_of_one_value(random: Random) -> Sent:
    value = random.choice((*ODD, "x" * BODY_BYTES, [0] * 300_000, {word(random): 1 for _ in range(50_000)}))
    return Sent(json.dumps(value).encode("utf-8", "surrogatepass"))


def _doubled_members(random: Random) -> Sent:
    return Sent(b"{" + b",".join([b'"query":"{__typename}"'] * random.randint(2, 20_000)) + b"}")


def _random_words(random: Random) -> Sent:
    words: tuple[str, ...] = (
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "$a",
        "@",
        "...",
        "=",
        "|",
        "&",
        '"',
        '"""',
        "query",
        "fragment",
    )
    words += (
        "on",
        "viewer",
        "candidates",
        "first",
        "1",
        "null",
        "Query",
        "\\",
        "#",
        "subscription",
        "id",
        "-",
    )
    return asked(" ".join(random.choices(words, k=random.randint(1, 400))))


FAMILIES: Final[dict[str, Family]] = {
    name.strip("_").replace("_", " "): make
    for module in (vars(plain), dict(globals()))
    for name, make in module.items()
    if name.startswith("_") and not name.startswith("__") and callable(make)
}
"""By its name, what makes one of the family; `Sent` is a whole request."""
