"""Applications over the wire and what hangs below them, in any order of arrival."""

from typing import Any

from tests.wire.conftest import Wire
from tests.wire.records.conftest import application, ask, candidate, put, read, remove, results
from tests.wire.records.recruiting import MINUTE, NOON, ms

A1 = application("a1")
BELOW = f"atsApplications/{A1}"
AT = ms(NOON)
DAY = "2026-03-02"
APPLICATION: dict[str, Any] = {
    "atsCandidateId": "c1",
    "atsCreatedAt": AT,
    "atsLastModifiedAt": AT,
    "atsJobPostingId": "job-1",
    "atsJobPostingName": "Engineer",
    "candidateEmail": "zoe@mail.example",
    "firstName": "Zoë",
    "lastName": "O'Neil",
    "source": "Referral",
    "dispositionReason": "",
}
PERSON = {"firstName": "Zoë", "lastName": "O'Neil", "atsCreatedAt": AT, "atsLastModifiedAt": AT}
BOOK = {"firstName": "Rita", "lastName": "Book"}
NOTE = {"atsCreatedAt": AT, "note": "Knows the trade.", "author": BOOK}
FEEDBACK = {
    "atsCreatedAt": AT,
    "evaluations": [{"attribute": "Speech", "result": "4/5"}, {"attribute": "Code", "result": "5/5"}],
    "feedback": "Good.",
    "interviewer": BOOK,
}


def _stage(name: str, minutes: int) -> dict[str, Any]:
    return {"stage": name, "atsCreatedAt": ms(NOON + minutes * MINUTE)}


async def test_everything_below_an_application_is_read_back_and_in_graphql(wire: Wire) -> None:
    await put(wire, "atsCandidates", {candidate("c1"): PERSON})
    assert results(await put(wire, "atsApplications", {A1: APPLICATION})) == {A1: {"status": 204}}
    stages = {"s1": _stage("Phone", 0), "s2": _stage("Offer", 9), "s3": _stage("On site", 5)}
    for child, sent in (("notes", {"n1": NOTE}), ("interviewFeedback", {"f1": FEEDBACK}), ("stages", stages)):
        assert results(await put(wire, f"{BELOW}/{child}", sent)) == {key: {"status": 204} for key in sent}
        found = (await read(wire, f"{BELOW}/{child}", *sent))["results"]
        for key, record in sent.items():
            assert record.items() <= found[key].items()
    read_back = (await read(wire, "atsApplications", A1))["results"][A1]
    sent_and_kept = {name: value for name, value in APPLICATION.items() if value != ""}
    assert read_back == sent_and_kept | {"status": "ACTIVE", "stage": "Offer"}
    data = await ask(
        wire,
        """{ application(externalId: "a1") {
          appliedAt source status stage stages { name enteredAt } job { externalId } candidate { externalId }
          notes { edges { node { body authorName createdAt } } }
          interviewFeedback { interviewerName feedback evaluations { attribute result } }
        } }""",
    )
    assert data["application"] == {
        "appliedAt": f"{DAY}T12:00:00+00:00",
        "source": "Referral",
        "status": "ACTIVE",
        "stage": "Offer",
        "stages": [
            {"name": "Phone", "enteredAt": f"{DAY}T12:00:00+00:00"},
            {"name": "On site", "enteredAt": f"{DAY}T12:05:00+00:00"},
            {"name": "Offer", "enteredAt": f"{DAY}T12:09:00+00:00"},
        ],
        "job": {"externalId": "job-1"},
        "candidate": {"externalId": "c1"},
        "notes": {
            "edges": [
                {
                    "node": {
                        "body": NOTE["note"],
                        "authorName": "Rita Book",
                        "createdAt": f"{DAY}T12:00:00+00:00",
                    }
                }
            ]
        },
        "interviewFeedback": [
            {
                "interviewerName": "Rita Book",
                "feedback": "Good.",
                "evaluations": FEEDBACK["evaluations"],
            }
        ],
    }


async def test_notes_of_a_candidate_are_not_those_of_its_application(wire: Wire) -> None:
    c1 = candidate("c1")
    await put(wire, "atsCandidates", {c1: PERSON})
    await put(wire, "atsApplications", {A1: APPLICATION})
    await put(wire, f"atsCandidates/{c1}/notes", {"n1": NOTE | {"note": "On the person"}})
    await put(wire, f"{BELOW}/notes", {"n1": NOTE | {"note": "On the application"}})
    of_person = (await read(wire, f"atsCandidates/{c1}/notes", "n1", "n2"))["results"]
    of_application = (await read(wire, f"{BELOW}/notes", "n1"))["results"]
    assert set(of_person) == {"n1"}
    assert (of_person["n1"]["note"], of_application["n1"]["note"]) == (
        "On the person",
        "On the application",
    )
    await remove(wire, f"{BELOW}/notes", "n1")
    assert set((await read(wire, f"atsCandidates/{c1}/notes", "n1"))["results"]) == {"n1"}


async def test_a_child_that_comes_first_waits_and_joins(wire: Wire) -> None:
    waiting = results(await put(wire, f"{BELOW}/stages", {"s1": _stage("Phone", 0)}))["s1"]
    assert (waiting["status"], waiting["outcome"]) == (204, "WAITING")
    told = results(await put(wire, "atsApplications", {A1: APPLICATION}))[A1]
    assert (told["status"], told["outcome"]) == (204, "WAITING")
    await put(wire, "atsCandidates", {candidate("c1"): PERSON})
    data = await ask(
        wire, '{ application(externalId: "a1") { stage candidate { externalId } job { externalId } } }'
    )
    assert data["application"] == {
        "stage": "Phone",
        "candidate": {"externalId": "c1"},
        "job": {"externalId": "job-1"},
    }


async def test_a_note_without_a_time_is_as_old_as_its_arrival(wire: Wire) -> None:
    await put(wire, "atsCandidates", {candidate("c1"): PERSON})
    notes = f"atsCandidates/{candidate('c1')}/notes"
    assert results(await put(wire, notes, {"n1": {"note": "x"}})) == {"n1": {"status": 204}}
    assert (await read(wire, notes, "n1"))["results"]["n1"]["atsCreatedAt"] > AT


async def test_deleting_an_application_takes_what_is_below_it_and_leaves_the_rest(wire: Wire) -> None:
    a2 = application("a2")
    await put(wire, "atsCandidates", {candidate("c1"): PERSON})
    await put(wire, "atsApplications", {A1: APPLICATION, a2: APPLICATION})
    for below in (BELOW, f"atsApplications/{a2}"):
        await put(wire, f"{below}/notes", {"n1": NOTE})
        await put(wire, f"{below}/stages", {"s1": _stage("Phone", 0)})
        await put(wire, f"{below}/interviewFeedback", {"f1": FEEDBACK})
    assert results(await remove(wire, "atsApplications", A1)) == {A1: {"status": 204}}
    for child, name in (("notes", "n1"), ("stages", "s1"), ("interviewFeedback", "f1")):
        assert set((await read(wire, f"{BELOW}/{child}", name))["errors"]) == {name}
        assert set((await read(wire, f"atsApplications/{a2}/{child}", name))["results"]) == {name}
        assert results(await remove(wire, f"{BELOW}/{child}", name)) == {name: {"status": 204}}


async def test_deleting_the_newest_stage_leaves_the_one_before(wire: Wire) -> None:
    await put(wire, "atsApplications", {A1: APPLICATION})
    await put(wire, f"{BELOW}/stages", {"s1": _stage("Phone", 0), "s2": _stage("Offer", 1)})
    await remove(wire, f"{BELOW}/stages", "s2")
    assert (await read(wire, "atsApplications", A1))["results"][A1]["stage"] == "Phone"


async def test_ids_may_have_any_character(wire: Wire) -> None:
    names = ["a b", "50%", "ä&ö", "(x:y,z)", "a/b?c#d", "+1", "%2B"]
    await put(wire, "atsApplications", {A1: APPLICATION})
    sent = {name: NOTE | {"note": name} for name in names}
    answer = await put(wire, f"{BELOW}/notes", sent)
    assert results(answer) == {name: {"status": 204} for name in names}
    found = (await read(wire, f"{BELOW}/notes", *names))["results"]
    assert [found_note["note"] for found_note in found.values()] == names
