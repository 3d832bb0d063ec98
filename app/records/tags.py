"""Tags that an ATS screen puts on a candidate or takes off."""

from typing import Final

from app.database.pool import Pool
from app.ids import CandidateId, CompanyId, uuid7
from app.records.candidates import hold_candidate
from app.refused import WriteRefused
from app.sync.tagging import says_do_not_contact

NAME_LENGTH_MAX: Final = 200
TAGS_MAX: Final = 200
"""Tags of one candidate: as many as a synced record may have."""


async def add_tag(pool: Pool, company: CompanyId, candidate: CandidateId, name: str) -> None:
    """Put the tag on the candidate; one that is there already stays.

    A tag of a new name says "do not contact" if its name does, as in a sync. The next synced record that
    names tags replaces them all.
    Raises: WriteRefused (NOT_FOUND, INVALID, TOO_MANY).
    """
    tag = _tag_name(name)
    async with pool.transaction(company) as connection:
        await hold_candidate(connection, company, candidate)
        await connection.execute(
            """
            insert into tag (company_id, id, name, is_do_not_contact)
            values ($1, $2, $3, $4)
            on conflict (company_id, name) do nothing
            """,
            company,
            uuid7(),
            tag,
            says_do_not_contact(tag),
        )
        await connection.execute(
            """
            insert into candidate_tag (company_id, candidate_id, tag_id)
            select $1, $2, id
            from tag
            where company_id = $1 and name = $3
            on conflict do nothing
            """,
            company,
            candidate,
            tag,
        )
        count = await connection.fetchval(
            "select count(*) from candidate_tag where company_id = $1 and candidate_id = $2",
            company,
            candidate,
        )
        if count > TAGS_MAX:
            raise WriteRefused("TOO_MANY", f"A candidate has at most {TAGS_MAX} tags.", "input", "name")


async def remove_tag(pool: Pool, company: CompanyId, candidate: CandidateId, name: str) -> None:
    """Take the tag off the candidate; one that is not there was taken off already.

    The tag itself stays, for other candidates and for filters.
    Raises: WriteRefused (NOT_FOUND, INVALID).
    """
    tag = _tag_name(name)
    async with pool.transaction(company) as connection:
        await hold_candidate(connection, company, candidate)
        await connection.execute(
            """
            delete from candidate_tag c
            using tag t
            where c.company_id = $1 and c.candidate_id = $2
              and t.company_id = $1 and t.id = c.tag_id and t.name = $3
            """,
            company,
            candidate,
            tag,
        )


def _tag_name(name: str) -> str:
    """The name as a sync would store it."""
    tag = name.strip()
    if not tag or len(tag) > NAME_LENGTH_MAX:
        raise WriteRefused("INVALID", f"A tag's name has 1 to {NAME_LENGTH_MAX} characters.", "input", "name")
    return tag
