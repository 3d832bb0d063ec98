"""The last families: what is as large as it may be, small mistakes in long documents, and the wire API.

Much of it is legitimate. It is here to know what the largest of everything costs.
"""

import json
from random import Random
from typing import Final

from graphql import get_introspection_query

from tests.hostile import operations_on_data
from tests.hostile.operations import BODY_BYTES, Family, Sent, asked, by_url, listed, word

WIRE_BYTES: Final = 7_900_000
_ENTITIES: Final = "query($r:[_Any!]!){_entities(representations:$r){__typename %s}}"
_SYNC: Final = "mutation($i:SyncCandidatesInput!){syncCandidates(input:$i){results{outcome}userErrors{code}}}"
_KEY: Final = "atsCandidateId=%s&dataProvider=ATS&integrationContext=urn:li:organization:1001"


def _many_lines(random: Random) -> Sent:
    lines = random.choice(("\n", "\r", "\r\n", "#\n")) * random.randint(900, 5_000)
    mistakes = random.choice((lambda _: word(random), lambda n: f"a{n % 7}:viewer{{x}}", lambda _: "...a"))
    return asked(lines + "{" + listed(random.randint(20, 900), mistakes) + "}")


def _mistakes_at_the_end(random: Random) -> Sent:
    wrong = random.choice(
        ("first:1 ", 'filter:{tag:"a" tag:"b"} ', "orderBy:NOTHING ", "$a:", "filter:{matchState:[X Y Z]} ")
    )
    return asked("\n" * 4_000 + "{candidates(" + wrong * random.randint(2, 400) + "){totalCount}}")


def _a_thousand_entities(random: Random) -> Sent:
    keys = [{"__typename": "Candidate", "externalId": f"cand-{n:04}"} for n in range(1, 1_001)]
    random.shuffle(keys)
    fields = random.choice(("", "... on Candidate{firstName lastName id}", "... on Candidate{tags{label}}"))
    return asked(_ENTITIES % fields, {"r": keys}, random.choice(("recruiter", "partner")))


def _a_thousand_entities_of_all_types(random: Random) -> Sent:
    kinds = [("Candidate", "externalId", "cand-%04d"), ("Job", "externalId", "job-%03d")]
    kinds.append(("Member", "id", "urn:li:person:m%04d"))
    some = [random.choice(kinds) for _ in range(1_000)]
    keys = [{"__typename": of, field: text % random.randint(1, 90)} for of, field, text in some]
    fields = "... on Candidate{firstName} ... on Job{title} ... on Member{firstName}"
    return asked(_ENTITIES % fields, {"r": keys})


def _a_thousand_nodes(random: Random) -> Sent:
    ids = [f"urn:li:person:m{random.randint(1, 900):04}" for _ in range(1_000)]
    return asked("query($i:[ID!]!){nodes(ids:$i){id ... on Member{firstName lastName headline}}}", {"i": ids})


def _a_megabyte_of_variables(random: Random) -> Sent:
    record = {"atsCandidateId": word(random), "firstName": "a" * random.randint(1, 9_000)}
    return asked(
        _SYNC, {"i": {"records": [record] * min(100, BODY_BYTES // len(json.dumps(record)))}}, "partner"
    )


def _a_hundred_whole_records(random: Random) -> Sent:
    record = {
        "firstName": "Ada",
        "emailAddresses": [f"{word(random)}@mail.example" for _ in range(5)],
        "phoneNumbers": [{"number": "555-555-5555", "extension": "1"} for _ in range(5)],
        "addresses": [{"line1": "1 A Street", "city": "B", "country": "us"} for _ in range(5)],
        "customFields": [{"name": f"field{n}", "value": word(random)} for n in range(20)],
        "tags": [word(random) for _ in range(10)],
        "atsCreatedAt": "2026-01-01T00:00:00Z",
    }
    records = [{"atsCandidateId": word(random)} | record for _ in range(100)]
    return asked(_SYNC, {"i": {"records": records}}, "partner")


def _the_introspection_of_tools(random: Random) -> Sent:
    return asked(
        get_introspection_query(schema_description=True, input_value_deprecation=True, one_of=True),
        None,
        "staff",
    )


def _the_largest_types(random: Random) -> Sent:
    names = listed(random.randint(2, 12), lambda n: f"f{n}:name")
    inside = random.choice(("type{ofType{fields{%s}}}", "type{fields{%s}}", "args{%s}", "%s")) % names
    some = random.choices(("Query", "Mutation", "Candidate", "Job", "Member"), k=random.randint(5, 30))
    return asked(
        "{" + listed(len(some), lambda n: f'a{n}:__type(name:"{some[n]}"){{fields{{{inside}}}}}') + "}",
        None,
        "staff",
    )


def _variables_that_are_not_asked_for(random: Random) -> Sent:
    body = random.choice(("[],", "{},", "0,", '"",', "[[]],", '{"a":{}},', "1.5,"))
    inside = body * ((BODY_BYTES - 100) // len(body)) + "0"
    return Sent(b'{"query":"{__typename}","variables":{"a":[' + inside.encode() + b"]}}")


def _long_urls(random: Random) -> Sent:
    text = random.choice(
        ("{a}" * 2_000, "{viewer{subject}}" + "#" * 9_000, "{" + "\n" * 9_000 + "viewer{subject}}")
    )
    return by_url(text, variables=random.choice(("{}", '{"a":' + "1" * 9_000 + "}", "[" * 9_000)))


FAMILIES: Final[dict[str, Family]] = operations_on_data.FAMILIES | {
    name.strip("_").replace("_", " "): make
    for name, make in dict(globals()).items()
    if name.startswith("_") and not name.startswith("__") and callable(make)
}
"""By its name, what makes one of the family; those of the other modules too."""


def _call(body: bytes, **headers: str) -> Sent:
    said = {"Content-Type": "application/json", "X-RestLi-Method": "batch_update"} | headers
    return Sent(body, "partner", "PUT", "/v2/atsCandidates", said)


def _filled(piece: bytes, begins: bytes = b'{"entities":{"a":[', ends: bytes = b"0]}}") -> Sent:
    return _call(begins + piece * (WIRE_BYTES // len(piece)) + ends)


def wire_lists(random: Random) -> Sent:
    """Eight megabytes of the smallest values."""
    return _filled(random.choice((b"[],", b"{},", b"0,", b'"",', b'"ab",', b'{"a":0},', b"0.5,")))


def wire_lists_with_a_surrogate(random: Random) -> Sent:
    """The same in a body that has to be read a second time."""
    piece = random.choice((b"[],", b"{},", b"0,", b'"",', b'"ab",', b'{"a":0},', b'"[",'))
    return _filled(piece, ends=b'"\\ud800"]}}')


def wire_texts(random: Random) -> Sent:
    """A hundred records of eighty kilobytes each."""
    text = random.choice(("a", "é", "\\\\", "<p>", "\u202e")) * 20_000
    entities = {_KEY % f"h-{n}": {"firstName": "A", "source": text[:70_000]} for n in range(100)}
    return _call(json.dumps({"entities": entities}).encode())


def wire_keys(random: Random) -> Sent:
    """More keys than a call may have."""
    key = random.choice((_KEY, "%s", "(atsCandidateId:%s,dataProvider:ATS)", "%%2528%s"))
    return _call(json.dumps({"entities": {key % n: {} for n in range(random.randint(101, 60_000))}}).encode())


def wire_records_of_lists(random: Random) -> Sent:
    """A hundred records with long lists where short ones are meant."""
    lists = {name: ["a@b.c"] * 700 for name in ("emailAddresses", "phoneNumbers", "addresses", "tags")}
    entities = {_KEY % f"l-{n}": {"firstName": "A"} | lists for n in range(100)}
    return _call(json.dumps({"entities": entities}).encode())


def wire_unknown_fields(random: Random) -> Sent:
    """A hundred records with thousands of fields that nobody knows."""
    fields = {word(random): 1 for _ in range(random.randint(100, 4_000))}
    return _call(json.dumps({"entities": {_KEY % f"u-{n}": fields for n in range(100)}}).encode())


def wire_ids(random: Random) -> Sent:
    """A URL that is as long as it may be."""
    ids = "&".join(f"ids[{n}].atsCandidateId=a" for n in range(random.randint(100, 1_900)))
    return Sent(b"", "partner", "GET", f"/v2/atsCandidates?{ids}", {})


WIRE: Final[dict[str, Family]] = {
    name.replace("_", " "): make for name, make in dict(globals()).items() if name.startswith("wire_")
}
"""By its name, what makes a large call of the wire API."""
