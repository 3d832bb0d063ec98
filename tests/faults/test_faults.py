"""The short form of `python -m tests.faults`: the quickest kinds once each, amid reads and writes."""

from random import Random

from tests.faults import kinds
from tests.faults.kinds_around import AnswersCut, ConnectionsReset
from tests.faults.site import NETWORK, Site, site
from tests.faults.trial import against_the_books, last_look, trial

_QUICK = (
    kinds.BackendKilled,
    kinds.MigrationUnderLoad,
    kinds.ServerKilled,
    AnswersCut,
    ConnectionsReset,
)


async def test_what_was_acknowledged_is_there_once_whatever_breaks() -> None:
    async with site(NETWORK, seed=1) as here:
        for kind in _QUICK:
            outcome = await trial(here, kind(Random(kind.name)), timed=False)
            assert outcome.wrong == [], kind.name
        assert await last_look(here) == []
        await _falsify(here)
        found = await against_the_books(here, whole=True)
        assert all(any(what in one for one in found) for what in ("is lost", "should be", "not twice")), found


async def _falsify(site: Site) -> None:
    """Lose a note, double another and change a candidate: whoever looks into the books must see all three."""
    async with site.postgres.owner() as owner:
        await owner.execute(
            """
            with one as (select * from note order by id limit 1)
            insert into note (company_id, id, candidate_id, external_id, body, created_at, last_modified_at,
              synced_at)
            select company_id, gen_random_uuid(), candidate_id, 'double', body, created_at, last_modified_at,
              synced_at
            from one
            """
        )
        await owner.execute(
            """
            delete from note
            where id = (select id from note where external_id <> 'double' order by id desc limit 1)
            """
        )
        await owner.execute(
            """
            update candidate set first_name = 'Other'
            where id = (select id from candidate where external_id ~ '^1-' limit 1)
            """
        )
