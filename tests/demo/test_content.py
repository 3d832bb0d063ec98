"""What the demo promises to contain; README examples, GraphiQL's tabs and tests rely on it."""

from datetime import UTC

import asyncpg
import orjson
import pytest

from app.access.features import PARTNERS_TO_BE_ASKED_FIRST, Feature
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND, PERSONAS, Persona
from app.demo.clock import NOW
from app.sync.records import RecordOutcome

OF_NORTHWIND = f"company_id = (select company_id from company where urn = '{NORTHWIND}')"
OF_CONTOSO = f"company_id = (select company_id from company where urn = '{CONTOSO}')"

SEATED = [persona for persona in PERSONAS.values() if persona.seat is not None]


async def test_sizes(demo: asyncpg.Connection) -> None:
    async def count(table: str, where: str) -> int:
        return int(await demo.fetchval(f"select count(*) from {table} where {where}"))

    assert await count("member", "true") == 3_000
    assert await count("candidate", OF_NORTHWIND) == 800
    assert await count("job", OF_NORTHWIND) == 60
    assert await count("application", f"{OF_NORTHWIND} and candidate_id is not null") == 2_000
    assert await count("candidate", OF_CONTOSO) == 60
    assert await count("job", OF_CONTOSO) == 8
    for table in ("inmail", "recruiter_note", "stub_profile", "export", "recommended_match", "audit_entry"):
        assert await count(table, OF_NORTHWIND) > 10, table
        assert await count(table, OF_CONTOSO) > 3, table


async def test_six_in_ten_candidates_are_matched_in_every_hundred(demo: asyncpg.Connection) -> None:
    rows = await demo.fetch(
        f"""
        select (substr(external_id, 6)::int - 1) / 100 as hundred,
          100.0 * count(*) filter (where match_state = 'MATCHED') / count(*) as share
        from candidate where {OF_NORTHWIND} group by 1
        """
    )
    assert len(rows) == 8
    assert all(57 <= row["share"] <= 63 for row in rows)


async def test_a_matched_candidate_is_the_member_of_its_number(demo: asyncpg.Connection) -> None:
    rows = await demo.fetch(
        f"""
        select external_id, match_member_urn from candidate
        where {OF_NORTHWIND} and match_member_urn is not null
        """
    )
    assert len(rows) == 488
    for row in rows:
        assert row["match_member_urn"] == row["external_id"].replace("cand-", "urn:li:person:m")


async def test_every_way_of_matching_and_every_state_occurs(demo: asyncpg.Connection) -> None:
    strongest = await demo.fetch(
        f"""
        select match_evidence -> 0 ->> 'method' as method, count(*) as n
        from candidate where {OF_NORTHWIND} and match_state = 'MATCHED' group by 1
        """
    )
    found = {row["method"]: row["n"] for row in strongest}
    assert set(found) == {"PROFILE_URL", "EMAIL", "PHONE_AND_NAME", "NAME_TITLE_COMPANY"}
    assert min(found.values()) >= 40
    states = await demo.fetch(
        f"select match_state, count(*) as n from candidate where {OF_NORTHWIND} group by 1"
    )
    assert {row["match_state"]: row["n"] for row in states} == {
        "MATCHED": 480,
        "MANUAL": 8,
        "AMBIGUOUS": 10,
        "UNLINKED": 8,
        "UNMATCHED": 294,
    }


async def test_an_ambiguous_candidate_has_its_number_and_somebody_else_to_choose_from(
    demo: asyncpg.Connection,
) -> None:
    rows = await demo.fetch(
        f"""
        select c.external_id, array_agg(a.member_urn) as members
        from candidate c
        join candidate_alternative a on a.company_id = c.company_id and a.candidate_id = c.id
        where c.match_state = 'AMBIGUOUS' and c.{OF_NORTHWIND}
        group by c.id, c.external_id
        """
    )
    assert len(rows) == 10
    for row in rows:
        assert len(row["members"]) == 2
        assert row["external_id"].replace("cand-", "urn:li:person:m") in row["members"]


@pytest.mark.parametrize("persona", SEATED, ids=lambda persona: persona.name)
async def test_a_personas_seat_is_where_the_persona_says(demo: asyncpg.Connection, persona: Persona) -> None:
    row = await demo.fetchrow(
        """
        select s.state, s.is_admin, c.urn as contract, o.urn as company
        from seat s
        join contract c on c.company_id = s.company_id and c.id = s.contract_id
        join company o on o.company_id = s.company_id
        join member m on m.urn = s.member_urn
        where s.urn = $1
        """,
        persona.seat,
    )
    assert row is not None
    assert (row["company"], row["contract"]) == (persona.company, persona.contract)
    assert row["state"] == ("PARKED" if persona.name == "recruiter-parked" else "ACTIVE")
    assert row["is_admin"] == (persona.name == "recruiter-admin")


async def test_contracts_and_integrations_are_set_up_as_the_readme_says(demo: asyncpg.Connection) -> None:
    contracts = await demo.fetch("select urn, product_tier, activated from contract order by urn")
    assert [tuple(row) for row in contracts] == [
        ("urn:li:contract:5001", "RECRUITER_PROFESSIONAL_SERVICES", True),
        ("urn:li:contract:5002", "RECRUITER_CORPORATE", False),
        ("urn:li:contract:5003", "RECRUITER_LITE", False),
        ("urn:li:contract:6001", "RECRUITER_CORPORATE", True),
    ]
    integrations = await demo.fetch(
        """
        select c.name, i.partner_name, i.state, i.company_wide_access, i.one_click_export_company_wide,
          i.job_posting_viewers, i.application_viewers
        from integration i join company c using (company_id) order by c.name desc
        """
    )
    everybody = ("ALL_PRODUCT_USERS", "ALL_PRODUCT_USERS")
    assert [tuple(row) for row in integrations] == [
        ("Northwind", DEMO_PARTNER, "LIVE", True, False, *everybody),
        ("Contoso", DEMO_PARTNER, "LIVE", False, False, *everybody),
    ]


async def test_the_demos_partner_supports_everything_and_the_others_must_be_asked_first(
    demo: asyncpg.Connection,
) -> None:
    partners = {row["name"]: row for row in await demo.fetch("select * from partner")}
    ours = partners.pop(DEMO_PARTNER)
    assert ours["supported_features"] == [feature.value for feature in Feature]
    assert not ours["must_be_asked_first"]
    assert set(partners) == PARTNERS_TO_BE_ASKED_FIRST
    assert all(row["must_be_asked_first"] for row in partners.values())


async def test_nothing_happened_after_the_demos_now(demo: asyncpg.Connection) -> None:
    columns = await demo.fetch(
        """
        select table_name, column_name from information_schema.columns
        where table_schema = 'public' and data_type = 'timestamp with time zone'
          and column_name not in ('expires_at', 'due_at', 'give_up_at')
          and table_name in (
            select table_name from information_schema.columns where column_name = 'company_id')
        """
    )
    assert len(columns) > 30
    for table, column in columns:
        latest = await demo.fetchval(f'select max("{column}") from "{table}"')
        assert latest is None or latest.astimezone(UTC) <= NOW, (table, column)


async def test_things_happen_in_their_order(demo: asyncpg.Connection) -> None:
    impossible = {
        "an application before its job was listed, or after it was closed": """
            select count(*) from application a join job j on j.company_id = a.company_id and j.id = a.job_id
            where a.candidate_id is not null
              and (a.applied_at < j.listed_at or a.applied_at >= j.closed_at)""",
        "a candidate younger than an application": """
            select count(*) from application a
            join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
            where a.applied_at < c.created_at""",
        "a stage before the one that leads to it": """
            select count(*) from (
              select entered_at, lag(entered_at) over (partition by application_id order by rank) as before
              from application_stage) as s
            where entered_at <= before""",
        "a rejection before the last stage": """
            select count(*) from application a join application_stage s
              on s.company_id = a.company_id and s.application_id = a.id
            where a.rejected_at < s.entered_at""",
        "an answer before the InMail": """
            select count(*) from inmail r join inmail s
              on s.company_id = r.company_id and s.conversation_id = r.conversation_id
            where r.direction = 'RECEIVED' and s.state in ('ACCEPTED', 'DECLINED')
              and s.sent_at >= r.sent_at""",
        "a stub profile without an answer": """
            select count(*) from stub_profile s
            left join inmail i
              on i.company_id = s.company_id and i.id = s.inmail_id and i.direction = 'RECEIVED'
            where i.id is null or s.created_at < i.sent_at""",
        "two people hired for one job": """
            select count(*) from (
              select from application where status = 'HIRED' group by job_id having count(*) > 1) as j""",
    }
    for what, sql in impossible.items():
        assert await demo.fetchval(sql) == 0, what


async def test_the_showcase_has_some_of_everything(demo: asyncpg.Connection) -> None:
    row = await demo.fetchrow(
        f"""
        select c.*,
          (select array_agg(a.status order by a.external_id)
            from application a where a.candidate_id = c.id) as statuses,
          (select count(*) from note n where n.candidate_id = c.id) as notes,
          (select count(*) from candidate_tag t where t.candidate_id = c.id) as tags
        from candidate c where c.{OF_NORTHWIND} and c.external_id = 'cand-0001'
        """
    )
    assert row is not None
    assert (row["match_state"], row["match_member_urn"]) == ("MATCHED", "urn:li:person:m0001")
    assert {one["method"] for one in orjson.loads(row["match_evidence"])} >= {"PROFILE_URL", "EMAIL"}
    assert (row["first_name"], row["last_name"]) == ("Zoë", "Marchetti")
    assert row["statuses"] == ["ACTIVE", "REJECTED", "WITHDRAWN"]
    assert (row["notes"], row["tags"], row["do_not_contact"]) == (2, 3, False)
    current = await demo.fetch(
        f"""
        select s.name from application_stage s
        join application a on a.company_id = s.company_id and a.id = s.application_id
        join job j on j.company_id = a.company_id and j.id = a.job_id
        where a.{OF_NORTHWIND} and a.external_id = 'app-0001' and j.external_id = 'job-001' order by s.rank
        """
    )
    assert len(current) == 5
    about = f"where x.member_urn = 'urn:li:person:m0001' and x.{OF_NORTHWIND}"
    seat = "join seat s on s.company_id = x.company_id and s.id = x.seat_id"
    inmails = await demo.fetch(f"select s.urn, count(*) from inmail x {seat} {about} group by 1 order by 1")
    assert [tuple(each) for each in inmails] == [
        ("urn:li:seat:7001", 3),
        ("urn:li:seat:7012", 2),
        ("urn:li:seat:7021", 1),
    ]
    notes = await demo.fetch(
        f"select s.urn, x.visibility, x.is_deleted from recruiter_note x {seat} {about} order by 1, 2 desc"
    )
    assert [tuple(each) for each in notes] == [
        ("urn:li:seat:7001", "SHARED", False),
        ("urn:li:seat:7001", "PRIVATE", False),
        ("urn:li:seat:7002", "PRIVATE", False),
        ("urn:li:seat:7012", "SHARED", True),
        ("urn:li:seat:7021", "SHARED", False),
    ]
    newest = await demo.fetchrow(f"select * from stub_profile x {about} order by created_at desc limit 1")
    assert newest is not None
    assert newest["email_address"] == "zoe.marchetti@example.com"
    assert newest["phone_number"]


async def test_every_state_of_every_kind_is_there_to_be_seen(demo: asyncpg.Connection) -> None:
    expected = {
        ("application", "status"): {"ACTIVE", "REJECTED", "HIRED", "WITHDRAWN"},
        ("job", "state"): {"LISTED", "CLOSED"},
        ("job", "availability"): {"PUBLIC", "PRIVATE_TO_ATS_INTEGRATION"},
        ("export", "state"): {"REQUESTED", "DELIVERED", "CREATED", "FAILED"},
        ("inmail", "state"): {"SENT", "ACCEPTED", "DECLINED", "REPLIED"},
        ("record_result", "outcome"): {outcome.value for outcome in RecordOutcome} - {"DELETED"},
        ("seat", "state"): {"ACTIVE", "INACTIVE", "INVITED", "PARKED"},
    }
    for (table, column), values in expected.items():
        rows = await demo.fetch(f"select distinct {column} from {table} where {OF_NORTHWIND}")
        assert {row[0] for row in rows} == values, (table, column)
    flags = await demo.fetch(
        f"select distinct do_not_contact, own_do_not_contact from candidate where {OF_NORTHWIND}"
    )
    assert {tuple(row) for row in flags} == {(False, False), (True, False), (True, True)}


async def test_every_export_that_waits_or_failed_has_the_event_by_which_the_ats_will_be_told(
    demo: asyncpg.Connection,
) -> None:
    rows = await demo.fetch(
        """
        select e.state, o.state as told, count(*) > 0 as some,
          bool_and(e.attempts = o.attempts and e.last_error is not distinct from o.last_error) as alike,
          bool_and(o.give_up_at > now()) as waits
        from export e
        left join outbox o using (company_id, id)
        group by e.state, o.state
        order by e.state
        """
    )
    assert [tuple(row) for row in rows] == [
        ("CREATED", None, True, None, None),
        ("DELIVERED", None, True, None, None),
        ("FAILED", "DEAD", True, True, False),
        ("REQUESTED", "PENDING", True, True, True),
    ]


async def test_runs_are_finished_and_their_sums_are_right(demo: asyncpg.Connection) -> None:
    rows = await demo.fetch(
        """
        select r.kind, r.expected, r.done, r.refused, r.finished_at > r.started_at as finished,
          count(x) as results, count(x) filter (where x.outcome = 'REFUSED') as refusals
        from sync_run r
        join record_result x on x.company_id = r.company_id and x.sync_run_id = r.id
        group by r.company_id, r.id
        """
    )
    assert {row["kind"] for row in rows} == {"FIRST", "CALL"}
    for row in rows:
        assert row["finished"]
        assert row["expected"] == row["done"] == row["results"]
        assert row["refused"] == row["refusals"]
    assert sum(row["refused"] for row in rows) == 3


async def test_showing_a_picture_sends_no_request(demo: asyncpg.Connection) -> None:
    pictures = await demo.fetch("select picture_url from member where picture_url is not null")
    assert 300 < len(pictures) < 1_500
    assert all(row["picture_url"].startswith("data:image/svg+xml,%3Csvg") for row in pictures)


async def test_each_open_job_has_recommendations_with_reasons(demo: asyncpg.Connection) -> None:
    rows = await demo.fetch(
        """
        select j.external_id, count(r) as n, min(cardinality(r.reasons)) as reasons
        from job j left join recommended_match r on r.company_id = j.company_id and r.job_id = j.id
        where j.state = 'LISTED' group by 1
        """
    )
    assert len(rows) > 30
    assert all(row["n"] >= 10 and row["reasons"] >= 1 for row in rows)


async def test_names_have_accents_and_other_scripts(demo: asyncpg.Connection) -> None:
    names = [row[0] for row in await demo.fetch("select first_name || ' ' || last_name from member")]
    assert len(set(names)) >= 2_980
    for letters in ("éèêë", "ßäöü", "łńśż", "ğışç", "абвгі", "αβγδε", "山田中藤", "陳林黃張"):
        assert any(letter in name for name in names for letter in letters), letters


async def test_two_users_of_the_ats_are_connected_to_seats(demo: asyncpg.Connection) -> None:
    rows = await demo.fetch(
        """
        select c.partner_name, c.ats_user_id, s.urn
        from seat_connection c
        join seat s on s.company_id = c.company_id and s.id = c.seat_id
        order by s.urn
        """
    )
    assert [tuple(row) for row in rows] == [
        ("Demo ATS", "demo:ats-user", "urn:li:seat:7001"),
        ("Demo ATS", "demo:ats-owner", "urn:li:seat:7002"),
    ]
