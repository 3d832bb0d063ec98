"""Every mutation: said again, by two at once, with ids that name nothing or another company's, by anybody.

The list is the schema's, so a new mutation fails here until the table (cases.py) says what becomes of it.
"""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from resolvers.binding import bind
from resolvers.schema import build_schema
from tests.mutations.cases import CALL_IN_RUN, CASES
from tests.mutations.conftest import At, Counter, codes
from tests.mutations.world import PEOPLE

SCHEMA, _ = bind(build_schema())
assert SCHEMA.mutation_type is not None
MUTATIONS = SCHEMA.mutation_type.fields


def ids_of(mutation: str) -> set[str]:
    """The fields of the mutation's input that are ids."""
    found = set()
    for argument in MUTATIONS[mutation].args.values():
        of = get_named_type(argument.type)
        assert isinstance(of, GraphQLInputObjectType)
        found |= {name for name, one in of.fields.items() if get_named_type(one.type).name == "ID"}
    return found


def test_the_table_has_every_mutation_and_wrong_values_for_each_of_its_ids() -> None:
    assert set(CASES) == set(MUTATIONS)
    missing = {name: ids_of(name) - set(case.wrong) for name, case in CASES.items()}
    assert {name: ids for name, ids in missing.items() if ids} == {}
    for name, case in CASES.items():
        assert (case.input is not None) is bool(MUTATIONS[name].args), name
        assert case.by in case.may <= set(PEOPLE), name


@pytest.mark.parametrize("mutation", CASES)
async def test_said_again_or_by_two_at_once_it_is_done_once_or_says_that_it_was(
    at: At, mutation: str
) -> None:
    case = CASES[mutation]
    async with at(mutation) as counter:
        nothing = await counter.content()
        first = await counter.payload(case.by, mutation, case.input)
        assert codes(first) == ()
        assert first[case.row]
        once = await counter.content()
        assert (once != nothing) is case.writes
        second = await counter(case.by, mutation, case.input)
        again = answer_of(second, mutation)
        assert again == (("UNAUTHENTICATED",) if case.again is None else case.again)
        if not again and case.writes and not case.each_counts and case.row != "run":
            assert second.json()["data"][mutation] == first
        one_after_the_other = await counter.content()
    changed = {table for table, rows in one_after_the_other.items() if rows != once[table]}
    assert changed == {"note"} if case.each_counts else changed <= case.writes_again
    async with at(mutation) as counter:
        both = await asyncio.gather(*(counter(case.by, mutation, case.input) for _ in range(2)))
        told = sorted(answer_of(response, mutation) for response in both)
        assert told in [sorted([(), later]) for later in (again, case.meanwhile) if later is not None]
        assert sizes(await counter.content()) == sizes(one_after_the_other)


def answer_of(response: Any, mutation: str) -> tuple[str, ...]:
    answer = response.json()
    if "errors" in answer:
        return tuple(error["extensions"]["code"] for error in answer["errors"])
    return codes(answer["data"][mutation])


def sizes(content: dict[str, list[str]]) -> dict[str, int]:
    return {table: len(rows) for table, rows in content.items()}


@pytest.mark.parametrize("mutation", [name for name, case in CASES.items() if case.wrong])
async def test_what_names_nothing_or_is_another_companys_is_refused_alike_and_changes_nothing(
    at: At, mutation: str
) -> None:
    case = CASES[mutation]
    async with at(mutation) as counter:
        before = await counter.content()
        for argument, wrong in case.wrong.items():
            unknown = await refusal(counter, mutation, argument, wrong.unknown)
            assert unknown["code"] == wrong.code
            for value in wrong.malformed:
                assert await refusal(counter, mutation, argument, value) == unknown, value
            if wrong.foreign is not None:
                foreign = await refusal(counter, mutation, argument, wrong.foreign)
                if wrong.foreign_code is None:
                    assert foreign == unknown
                else:
                    assert foreign["code"] == wrong.foreign_code
        assert await counter.content() == before


async def refusal(counter: Counter, mutation: str, argument: str, value: Any) -> dict[str, Any]:
    """What is said of the call with this value in place of the right one."""
    case = CASES[mutation]
    assert case.input is not None
    one_of_many = argument.endswith("Ids")
    given = {**case.input, argument: [value] if one_of_many else value}
    payload = await counter.payload(case.by, mutation, given)
    assert payload[case.row] is None
    (error,) = payload["userErrors"]
    assert error["path"] == ["input", argument, *(["0"] if one_of_many else [])]
    assert error["message"]
    result: dict[str, Any] = error
    return result


@pytest.mark.parametrize("mutation", CASES)
async def test_whoever_may_not_is_denied_with_the_way_to_mend_it_and_nothing_happens(
    at: At, mutation: str
) -> None:
    case = CASES[mutation]
    async with at(mutation) as counter:
        before = await counter.content()
        for who in sorted(set(PEOPLE) - case.may):
            answer = (await counter(who, mutation, case.input)).json()
            assert answer["data"] == {mutation: None}, who
            (error,) = answer["errors"]
            assert error["path"] == [mutation]
            assert error["extensions"]["code"] == case.denied, who
            assert error["extensions"]["howToFix"].endswith(".")
        assert await counter.content() == before
        for who in sorted(case.may - {case.by}):
            # The others who may: not denied, whatever else is said to them.
            answer = (await counter(who, mutation, case.input)).json()
            assert "errors" not in answer, (who, answer)


async def test_records_are_added_to_the_run_that_the_call_names(at: At) -> None:
    async with at("syncCandidates") as counter:
        payload = await counter.payload("partner", "syncCandidates", CALL_IN_RUN)
        assert payload == {"run": {"id": CALL_IN_RUN["runId"]}, "userErrors": []}
