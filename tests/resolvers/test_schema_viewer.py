"""Who asks, what is granted, and who may ask that of others."""

from app.access.features import MATRIX, Feature
from tests.resolvers.conftest import Asking

AUDIT = "{ auditTrail { totalCount edges { node { actor action subject } } } }"


async def test_the_viewer_is_as_the_data_say(ask: Asking) -> None:
    query = """{ viewer { subject roles company { id } contract { name } seat { firstName }
      features { feature } } }"""
    assert await ask.data("jonas", query) == {
        "viewer": {
            "subject": "test:jonas",
            "roles": ["RECRUITER", "RECRUITER_ADMIN"],
            "company": {"id": "urn:li:organization:9001"},
            "contract": {"name": "A"},
            "seat": {"firstName": "Jonas"},
            "features": [{"feature": feature.value} for feature in Feature],
        }
    }
    assert (await ask.data("partner", query))["viewer"] | {"features": []} == {
        "subject": "test:partner",
        "roles": ["PARTNER"],
        "company": {"id": "urn:li:organization:9001"},
        "contract": None,
        "seat": None,
        "features": [],
    }


async def test_a_decision_says_why_and_how_to_mend_it(ask: Asking) -> None:
    can = (
        await ask.data(
            "mila", "{ viewer { can(feature: INMAIL_HISTORY) { feature granted through reason howToFix } } }"
        )
    )["viewer"]["can"]
    assert can == {
        "feature": "INMAIL_HISTORY",
        "granted": False,
        "through": None,
        "reason": "CONTRACT_ACCESS_REQUIRED",
        "howToFix": "Ask a Recruiter admin to activate RSC for contract 'B' in Product settings.",
    }


async def test_the_feature_chart_is_the_matrix_for_everybody(ask: Asking) -> None:
    query = """{ featureChart { feature contractAccess companyWideAccess companyWideSetting needsSeat
      needsPartnerSupport } }"""
    chart = (await ask.data("mila", query))["featureChart"]
    assert chart == (await ask.data("support", query))["featureChart"]
    assert [tuple(rule.values()) for rule in chart] == [
        (
            *(feature.value, rule.contract, rule.company_wide, rule.company_wide_setting),
            *(rule.needs_seat, rule.needs_partner_support),
        )
        for feature, rule in MATRIX.items()
    ]


async def test_the_viewer_of_an_ats_knows_whose_ats_it_is(ask: Asking) -> None:
    query = "{ viewer { partner { name mustBeAskedFirst } } }"
    whose = {"name": "Test ATS", "mustBeAskedFirst": False}
    assert await ask.data("ats-user", query) == {"viewer": {"partner": whose}}
    assert await ask.data("rosa", query) == {"viewer": {"partner": None}}


async def test_whoever_asks_what_another_seat_is_granted_is_written_down(ask: Asking) -> None:
    theirs = '{ accessOf(seat: "urn:li:seat:mila") { feature granted through reason howToFix } }'
    own = "{ viewer { features { feature granted through reason howToFix } } }"
    answer = await ask.data("jonas", theirs)
    assert answer["accessOf"] == (await ask.data("mila", own))["viewer"]["features"]
    assert (await ask.data("staff", AUDIT))["auditTrail"] == {
        "totalCount": 1,
        "edges": [{"node": {"actor": "test:jonas", "action": "access.read", "subject": "urn:li:seat:mila"}}],
    }


async def test_a_foreign_seat_is_unknown_and_leaves_no_trace(ask: Asking) -> None:
    query = '{ a: accessOf(seat: "urn:li:seat:eve") { granted } b: accessOf(seat: "nonsense") { granted } }'
    assert await ask.data("jonas", query) == {"a": None, "b": None}
    assert (await ask.data("jonas", AUDIT))["auditTrail"]["totalCount"] == 0


async def test_a_recruiter_may_not_ask_it_and_nothing_is_written(ask: Asking) -> None:
    answer = await ask("rosa", '{ accessOf(seat: "urn:li:seat:jonas") { granted } }')
    assert answer["data"] == {"accessOf": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["ROLE_REQUIRED"]
    assert (await ask.data("jonas", AUDIT))["auditTrail"]["totalCount"] == 0


async def test_clients_and_their_documents_are_staffs(ask: Asking) -> None:
    async with ask.pool.transaction(None) as connection:
        await connection.execute("insert into client values ('widgets'), ('empty')")
        await connection.execute(
            "insert into trusted_operation values ($1, $2, 'Card', 'query Card { viewer { subject } }', $3)",
            "widgets",
            "a" * 64,
            (await connection.fetchval("select '2026-01-01T00:00:00.5Z'::timestamptz")),
        )
    query = "{ clients { name operations { documentId name document addedAt } } }"
    assert await ask.data("staff", query) == {
        "clients": [
            {"name": "empty", "operations": []},
            {
                "name": "widgets",
                "operations": [
                    {
                        "documentId": "a" * 64,
                        "name": "Card",
                        "document": "query Card { viewer { subject } }",
                        "addedAt": "2026-01-01T00:00:00.5+00:00",
                    }
                ],
            },
        ]
    }
    assert (await ask("support", query))["data"] == {"clients": None}
