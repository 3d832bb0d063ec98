"""Which rows a viewer gets, and what of them: the rules that stand on tables, on every way to them."""

from typing import Any

import pytest

from tests.resolvers.conftest import Asking
from tests.resolvers.world import ANNA, BELA, CORA, EXPORT, JOB, STRANGER, own

ANNA_ID, BELA_ID, CORA_ID = (own("candidate", key) for key in (ANNA, BELA, CORA))


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


INMAILS = (
    "query($id: ID!) { candidate(id: $id) { inMails { edges { node { id subject body bodyWithheld } } } } }"
)


@pytest.mark.parametrize(
    ("who", "bodies"),
    [
        ("rosa", [None, "by Rosa"]),
        ("jonas", ["by Jonas", None]),
        ("nina", ["by Nina"]),
        ("ats-user", [None, None, None]),
        ("ats-admin", [None, None, None]),
        ("partner", ["by Nina", "by Jonas", "by Rosa"]),
    ],
)
async def test_inmails_are_those_of_readable_contracts_and_their_text_is_the_seats_own_or_the_partners(
    ask: Asking, who: str, bodies: list[str | None]
) -> None:
    found = nodes((await ask.data(who, INMAILS, id=ANNA_ID))["candidate"]["inMails"])
    assert [one["body"] for one in found] == bodies
    assert [one["bodyWithheld"] for one in found] == [body is None for body in bodies]
    assert [one["subject"] for one in found] == [None if body is None else "Hello" for body in bodies]


async def test_an_inmail_is_the_same_by_its_id_as_in_a_list(ask: Asking) -> None:
    every = nodes((await ask.data("partner", INMAILS, id=ANNA_ID))["candidate"]["inMails"])
    listed = {
        one["id"]: one for one in nodes((await ask.data("rosa", INMAILS, id=ANNA_ID))["candidate"]["inMails"])
    }
    ids = [one["id"] for one in every]
    by_id = await ask.data(
        "rosa",
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on InMail { id subject body bodyWithheld } } }",
        ids=ids,
    )
    assert by_id["nodes"] == [listed.get(one) for one in ids]


NOTES = """query($id: ID!) { candidate(id: $id) {
  recruiterNotes { totalCount edges { node { body isDeleted } } } } }"""


@pytest.mark.parametrize(
    ("who", "bodies"),
    [
        ("rosa", [None, "r-", "r+"]),
        ("jonas", [None, "j-", "r+"]),
        ("nina", ["n+"]),
        ("ats-user", [None, "n+", "r+"]),
        ("ats-admin", [None, "n+", "r+"]),
        ("partner", [None, "n+", "r+"]),
    ],
)
async def test_a_private_recruiter_note_is_its_authors_alone_and_a_deleted_one_stays_without_its_body(
    ask: Asking, who: str, bodies: list[str | None]
) -> None:
    notes = (await ask.data(who, NOTES, id=ANNA_ID))["candidate"]["recruiterNotes"]
    assert [note["body"] for note in nodes(notes)] == bodies
    assert [note["isDeleted"] for note in nodes(notes)] == [body is None for body in bodies]
    assert notes["totalCount"] == len(bodies)


@pytest.mark.parametrize(
    ("who", "last_name"),
    [("rosa", "second on A"), ("nina", "on C"), ("ats-user", "on C"), ("partner", "on C")],
)
async def test_the_stub_profile_is_the_newest_that_the_viewer_may_read(
    ask: Asking, who: str, last_name: str
) -> None:
    query = "query($id: ID!) { candidate(id: $id) { stubProfile { lastName } } }"
    assert (await ask.data(who, query, id=ANNA_ID))["candidate"]["stubProfile"] == {"lastName": last_name}


@pytest.mark.parametrize(("who", "bodies"), [("rosa", ["open"]), ("ats-user", ["closed", "open"])])
async def test_notes_that_the_ats_keeps_private_stay_on_its_side(
    ask: Asking, who: str, bodies: list[str]
) -> None:
    query = "query($id: ID!) { candidate(id: $id) { notes { edges { node { body } } } } }"
    assert [
        n["body"] for n in nodes((await ask.data(who, query, id=ANNA_ID))["candidate"]["notes"])
    ] == bodies


async def test_a_closed_member_is_gone_on_every_way(ask: Asking) -> None:
    data = await ask.data(
        "rosa",
        """query($bela: ID!, $job: ID!) {
          candidate(id: $bela) { match { memberId } member { id } }
          member(id: "urn:li:person:m2") { id }
          byUrl: member(publicProfileUrl: "https://www.linkedin.com/in/bela") { id }
          node(id: "urn:li:person:m2") { id }
          job(id: $job) { recommendedMatches { totalCount edges { score node { id } } } }
          unifiedSearch(query: "bela") { edges { member { id } candidate { id } } }
        }""",
        bela=BELA_ID,
        job=own("job", JOB),
    )
    assert data["candidate"] == {"match": {"memberId": "urn:li:person:m2"}, "member": None}
    assert data["member"] is data["byUrl"] is data["node"] is None
    assert data["job"]["recommendedMatches"] == {
        "totalCount": 2,
        "edges": [
            {"score": 0.7, "node": {"id": "urn:li:person:m3"}},
            {"score": 0.5, "node": {"id": "urn:li:person:m4"}},
        ],
    }
    assert data["unifiedSearch"]["edges"] == [{"member": None, "candidate": {"id": BELA_ID}}]


async def test_an_ambiguous_match_lists_who_it_may_be(ask: Asking) -> None:
    query = "query($id: ID!) { candidate(id: $id) { match { state alternatives { id } } } }"
    assert (await ask.data("rosa", query, id=CORA_ID))["candidate"]["match"] == {
        "state": "AMBIGUOUS",
        "alternatives": [{"id": "urn:li:person:m3"}, {"id": "urn:li:person:m1"}],
    }


async def test_the_indicator_sums_up_the_viewers_own_company_only(ask: Asking) -> None:
    query = """{ member(id: "urn:li:person:m1") { inAts {
      candidates { id } applicationCount lastAppliedAt doNotContact tags { name } } } }"""
    assert (await ask.data("rosa", query))["member"]["inAts"] == {
        "candidates": [{"id": ANNA_ID}],
        "applicationCount": 1,
        "lastAppliedAt": "2026-02-05T00:00:00+00:00",
        "doNotContact": True,
        "tags": [{"name": "alumni"}, {"name": "blocked"}],
    }
    assert (await ask.data("eve", query))["member"]["inAts"] == {
        "candidates": [{"id": own("candidate", STRANGER)}],
        "applicationCount": 0,
        "lastAppliedAt": None,
        "doNotContact": False,
        "tags": [],
    }


CONTRACTS = """{ A: contract(id: "urn:li:contract:A") { name } B: contract(id: "urn:li:contract:B") { name }
  C: contract(id: "urn:li:contract:C") { name } F: contract(id: "urn:li:contract:F") { name }
  nodes(ids: ["urn:li:contract:A", "urn:li:contract:B", "urn:li:contract:C", "urn:li:contract:F"]) { id } }"""


@pytest.mark.parametrize(
    ("who", "named"),
    [
        ("rosa", "A"),
        ("jonas", "A"),
        ("mila", "B"),
        ("ats-user", "ABC"),
        ("partner", "ABC"),
        ("support", "ABC"),
        ("staff", "ABC"),
        ("eve", "F"),
    ],
)
async def test_a_seat_holder_names_its_own_contract_and_who_acts_for_the_company_any_of_it(
    ask: Asking, who: str, named: str
) -> None:
    data = await ask.data(who, CONTRACTS)
    by_id = data.pop("nodes")
    assert "".join(name for name, contract in data.items() if contract) == named
    assert "".join(node["id"][-1] for node in by_id if node) == named


@pytest.mark.parametrize(
    ("who", "listed"),
    [
        ("rosa", "A"),
        ("mila", "B"),
        ("jonas", "ABC"),
        ("ats-user", "ABC"),
        ("partner", "ABC"),
        ("staff", "ABC"),
    ],
)
async def test_an_integration_lists_all_contracts_to_admins_and_for_the_company(
    ask: Asking, who: str, listed: str
) -> None:
    integration = (await ask.data(who, "{ integration { state contracts { name } } }"))["integration"]
    assert integration == {"state": "LIVE", "contracts": [{"name": name} for name in listed]}


async def test_a_partner_supports_what_is_a_feature_in_the_order_of_the_enum(ask: Asking) -> None:
    data = await ask.data("staff", "{ integration { partner { supportedFeatures } } }")
    assert data["integration"]["partner"]["supportedFeatures"] == ["RECOMMENDED_MATCHES", "UNIFIED_SEARCH"]


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("rosa", True),
        ("mila", False),
        ("ats-user", False),
        ("ats-admin", True),
        ("partner", True),
        ("support", True),
        ("staff", False),
        ("eve", False),
    ],
)
async def test_an_export_is_by_its_id_for_whoever_may_list_exports(
    ask: Asking, who: str, reads: bool
) -> None:
    answer = await ask(
        who,
        "query($id: ID!) { node(id: $id) { ... on Export { state } } exports { totalCount } }",
        {"id": own("export", EXPORT)},
    )
    assert answer["data"]["node"] == ({"state": "REQUESTED"} if reads else None)
    listed = answer["data"]["exports"]
    assert listed == ({"totalCount": 0} if who == "eve" else {"totalCount": 1} if reads else None)


async def test_an_external_id_is_the_current_partners(ask: Asking) -> None:
    data = await ask.data(
        "ats-user", '{ candidate(externalId: "x-1") { id } job(externalId: "j-1") { title } }'
    )
    assert data == {"candidate": {"id": ANNA_ID}, "job": {"title": "Backend Engineer"}}


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/Anna-Kowalska/",
        "http://linkedin.com/in/anna-kowalska",
        "/in/ANNA-KOWALSKA?x=1",
    ],
)
async def test_a_member_is_found_by_any_spelling_of_the_profile_url(ask: Asking, url: str) -> None:
    data = await ask.data("rosa", "query($url: String!) { member(publicProfileUrl: $url) { id } }", url=url)
    assert data["member"] == {"id": "urn:li:person:m1"}


async def test_a_contracts_histories_are_windows_oldest_first(ask: Asking) -> None:
    query = """query($since: DateTime!, $until: DateTime, $seat: ID) { contract(id: "urn:li:contract:A") {
      inMails(since: $since, until: $until, seat: $seat) { edges { node { body } } }
      recruiterNotes(since: $since, until: $until, seat: $seat) { edges { node { body } } }
      stubProfiles(since: $since, until: $until, seat: $seat) { edges { node { lastName } } } } }"""

    async def window(**variables: str) -> list[list[str | None]]:
        contract = (await ask.data("partner", query, **variables))["contract"]
        return [
            [node.get("body", node.get("lastName")) for node in nodes(contract[name])]
            for name in ("inMails", "recruiterNotes", "stubProfiles")
        ]

    since = "2026-01-01T00:00:00Z"
    assert await window(since=since) == [
        ["by Rosa", "by Jonas"],
        ["r+", None],
        ["first on A", "second on A"],
    ]
    assert await window(since=since, until="2026-02-02T00:00:00Z") == [["by Rosa"], ["r+"], ["first on A"]]
    assert await window(since="2026-02-02T00:00:00Z") == [["by Jonas"], [None], ["second on A"]]
    assert await window(since=since, seat="urn:li:seat:rosa") == [["by Rosa"], ["r+"], ["first on A"]]
    assert await window(since=since, seat="urn:li:seat:eve") == [[], [], []]


async def test_matches_to_review_begin_with_the_ambiguous_ones(ask: Asking) -> None:
    query = "{ matchReview { totalCount edges { node { match { state } } } } }"
    review = (await ask.data("ats-admin", query))["matchReview"]
    assert review["totalCount"] == 2
    assert [node["match"]["state"] for node in nodes(review)] == ["AMBIGUOUS", "UNMATCHED"]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ('{ tag: "alumni" }', ["Kowalska"]),
        ("{ doNotContact: false }", ["Old", "Lind", None]),
        ("{ matchState: [AMBIGUOUS, UNMATCHED] }", ["Old", "Lind"]),
        (f'{{ jobId: "{own("job", JOB)}" }}', ["Kowalska"]),
        ('{ jobId: "urn:li:person:m1" }', []),
        ('{ nameContains: "NNA " }', ["Old", "Kowalska"]),
        ('{ nameContains: "%" }', []),
        ('{ modifiedSince: "2026-02-08T00:00:00Z" }', [None, "Kowalska"]),
        ('{ nameContains: "anna", matchState: [MATCHED] }', ["Kowalska"]),
        ("{ tag: null }", ["Old", "Lind", None, "Kowalska"]),
    ],
)
async def test_candidates_are_filtered(ask: Asking, condition: str, names: list[str | None]) -> None:
    query = f"{{ candidates(filter: {condition}) {{ totalCount edges {{ node {{ lastName }} }} }} }}"
    found = (await ask.data("ats-user", query))["candidates"]
    assert [node["lastName"] for node in nodes(found)] == names
    assert found["totalCount"] == len(names)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("{ field: CREATED_AT, direction: ASC }", ["Kowalska", None, "Lind", "Old"]),
        ("{ field: LAST_MODIFIED_AT, direction: ASC }", ["Old", "Lind", None, "Kowalska"]),
        ("{ field: LAST_NAME, direction: ASC }", [None, "Kowalska", "Lind", "Old"]),
        ("{ field: LAST_NAME, direction: DESC }", ["Old", "Lind", "Kowalska", None]),
    ],
)
async def test_candidates_are_ordered_and_paged_through(
    ask: Asking, order: str, names: list[str | None]
) -> None:
    query = f"""query($after: String) {{ candidates(orderBy: {order}, first: 1, after: $after) {{
      pageInfo {{ hasNextPage endCursor }} edges {{ node {{ lastName }} }} }} }}"""
    found: list[str | None] = []
    after = None
    for _ in names:
        page = (await ask.data("ats-user", query, after=after))["candidates"]
        found += [node["lastName"] for node in nodes(page)]
        after = page["pageInfo"]["endCursor"]
    assert found == names
    assert page["pageInfo"]["hasNextPage"] is False
