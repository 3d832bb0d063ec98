"""How good the answers are on the demo, held against labels. `make bench` prints the figures."""

import statistics
from collections import defaultdict

from tests.benchmarks.quality import Answered, Desk, labelled_jobs, labelled_queries

NOT_PROMISED = {"hard"}
"""Two slips in a short name, a name cut in two, a city by its English name: measured, not promised."""


async def test_labelled_queries_find_who_is_meant(desk: Desk) -> None:
    queries = labelled_queries()
    assert len(queries) >= 40
    by_kind: dict[str, list[Answered]] = defaultdict(list)
    for one in queries:
        by_kind[one.kind].append(await desk.search(one))
    assert by_kind.keys() >= {"name", "accents", "typo", "part", "company", "place", "skill", "filter"}
    below = {
        kind: [(one.asked.query, one.found[:5]) for one in answers if one.precision_at_5 < 1]
        for kind, answers in by_kind.items()
        if kind not in NOT_PROMISED
        and (
            statistics.mean(one.precision_at_5 for one in answers) < 0.95
            or statistics.mean(one.reciprocal_rank for one in answers) < 0.95
        )
    }
    assert below == {}


async def test_of_labelled_pairs_the_member_who_fits_better_comes_first(desk: Desk) -> None:
    jobs = labelled_jobs()
    assert sum(len(one.pairs) for one in jobs) >= 100
    wrong = {one.job: (await desk.right_pairs(one))[1] for one in jobs}
    assert {job: pairs for job, pairs in wrong.items() if pairs} == {}
