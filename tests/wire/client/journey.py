"""From the first token to the last delete: everything that the ATS of one customer does with the API."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.wire.client.restli import Answer, Parts, Wire

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TYPES = ("ONE_CLICK_EXPORT", "IN_ATS_INDICATOR", "PROFILE_PLUGIN", "CSA_API")
TASK_DEADLINE_S = 10.0


class UnexpectedError(Exception):
    """The API answered otherwise than documented."""


@dataclass(frozen=True)
class Customer:
    """What the vendor knows of one customer; `person` is a member whom a recruiter knows to be a candidate.

    `recruiter` is the member who holds a seat on the contract.
    """

    organization: str
    contract: str
    person: str
    recruiter: str
    now_ms: int


@dataclass
class Journey:
    """One customer's integration; `say` hears of each step."""

    wire: Wire
    customer: Customer
    mark: str
    say: Callable[[str], None] = print

    def onboard(self, partner: Wire) -> None:
        """Make a child application for the customer, name its integrations and configure them."""
        self._provision(partner)
        self._name_integrations()
        self._configure()

    def sync(self) -> None:
        """Send every kind of record once, children after their parents."""
        self._jobs()
        self._candidates()
        self._applications()
        self._acls()

    def read(self) -> dict[str, int]:
        """Page through all that recruiters did on the contract in the last two days; how much there was."""
        seats = self._seats()
        found = {"seats": len(seats), "conversationEvents": 0, "mailStubs": 0, "prospectNotes": 0}
        contract, now = self.customer.contract, self.customer.now_ms
        for start in range(now - 2 * DAY_MS, now, 12 * HOUR_MS):
            end = start + 12 * HOUR_MS
            for seat in seats:
                found["conversationEvents"] += self._events(f"urn:li:seat:{seat['id']}", start, end)
            stubs = self._pages(
                "/v2/mailStubs", "contract", contract=contract, createdDateStart=start, createdDateEnd=end
            )
            notes = self._pages(
                "/v2/prospectNotes", "criteria", contract=contract, cutoffDate=start, beforeDate=end
            )
            found["mailStubs"] += len(stubs)
            found["prospectNotes"] += len(notes)
            for note in notes:
                _expect(isinstance(note["active"], bool), f"a note says whether it is active: {note}")
        self.say(f"read {found}")
        return found

    def match(self) -> None:
        """Say by hand who a candidate is, and read it back."""
        key = self.candidate("c1")
        answer = self.wire.batch_partial_update(
            "/v2/atsCandidates", [(key, {"manualMatchedMember": self.customer.person})]
        )
        self._all(answer, [key], 204)
        read = self.wire.batch_get("/v2/atsCandidates", [key])
        _expect(
            read.of(self.wire.key(key))[1]["manualMatchedMember"] == self.customer.person,
            f"the member matched by hand is read back: {read.body}",
        )
        self.say("matched by hand")

    def exported(self, request_id: str) -> dict[str, Any]:
        """Read what a callback told of."""
        answer = self.wire.find("/v2/exportedCandidates", "request", requestId=request_id)
        self._ok(answer)
        (element,) = answer.body["elements"]
        _expect(element["integrationContext"] == self.customer.organization, "it is this customer's")
        return dict(element)

    def delete(self) -> None:
        """Take everything back, some of it twice, a child after its parent."""
        application, candidate = self.application("a1"), self.candidate("c1")
        for child, name in (("interviewFeedback", "f1"), ("stages", "s2"), ("notes", "n1")):
            resource = f"/v2/atsApplications/{self.wire.path_key(application)}/{child}"
            self._all(self.wire.batch_delete(resource, [self._id(name)]), [self._id(name)], 204)
        for _ in range(2):
            self._all(self.wire.batch_delete("/v2/atsApplications", [application]), [application], 204)
        stages = f"/v2/atsApplications/{self.wire.path_key(application)}/stages"
        self._all(self.wire.batch_delete(stages, [self._id("s1")]), [self._id("s1")], 204)
        notes = f"/v2/atsCandidates/{self.wire.path_key(candidate)}/notes"
        self._all(self.wire.batch_delete(notes, [self._id("n1")]), [self._id("n1")], 204)
        keys = [candidate, self.candidate("c2")]
        for _ in range(2):
            self._all(self.wire.batch_delete("/v2/atsCandidates", keys), keys, 204)
        read = self.wire.batch_get("/v2/atsCandidates", keys)
        for key in keys:
            _expect(read.of(self.wire.key(key))[0] == 404, f"what was deleted is gone: {read.body}")
        self.say("deleted")

    def candidate(self, name: str) -> Parts:
        """The key of a candidate."""
        return self._key("atsCandidateId", name)

    def application(self, name: str) -> Parts:
        """The key of an application."""
        return self._key("atsJobApplicationId", name)

    def _provision(self, partner: Wire) -> None:
        foreign_id = f"customer-{self.mark}"
        said = {
            "name": f"Customer {self.mark}",
            "description": "The customer's application",
            "uniqueForeignId": foreign_id,
            "oauth2AuthorizedCallbackUrls": ["https://ats.example/oauth2/callback"],
            "validJsSdkDomains": ["https://ats.example"],
        }
        made = partner.call("POST", "/v2/provisionedApplications", said)
        _expect(made.status in (200, 201), f"a child application is made: {made}")
        urn, credentials = made.body["key"], made.body["credentials"]
        patch = {"patch": {"$set": {"validJsSdkDomains": ["https://ats.example", "https://ats2.example"]}}}
        changed = partner.call("POST", f"/v2/provisionedApplications/{urn}", patch)
        _expect(changed.status in (200, 204), f"it is changed: {changed}")
        found = partner.find(
            "/v2/provisionedApplications", "credentialsByUniqueForeignId", uniqueForeignId=foreign_id
        )
        self._ok(found)
        _expect(found.body["elements"][0]["key"] == urn, f"it is found again: {found.body}")
        token = self.wire.authorize(credentials["clientId"], credentials["clientSecret"])
        _expect(token.status == 200 and token.body["expires_in"] > 0, f"its token: {token}")
        self.say(f"provisioned {urn}")

    def _integration(self, kind: str) -> Parts:
        of_contract = kind == "CSA_API"
        context = self.customer.contract if of_contract else self.customer.organization
        return {
            "integrationContext": context,
            "integrationType": kind,
            "tenantType": "RECRUITER",
            "dataProvider": "ATS",
        }

    def _name_integrations(self) -> None:
        keys = [self._integration(kind) for kind in TYPES]
        for key in keys:
            name = {"integrationName": f"Customer {key['integrationType']}"}
            self._all(self.wire.batch_partial_update("/v2/atsIntegrations", [(key, name)]), [key], 204)
        answer = self.wire.batch_get("/v2/atsIntegrations", keys)
        self._ok(answer)
        for key in keys:
            status, found = answer.of(self.wire.key(key))
            _expect(status == 200, f"the integration is read: {found}")
            _expect(found["integrationName"] == f"Customer {key['integrationType']}", f"by its name: {found}")
        self.say("integrations named")

    def _configure(self) -> None:
        export = f"/v2/atsIntegrations/{self.wire.path_key(self._integration('ONE_CLICK_EXPORT'))}"
        indicator = f"/v2/atsIntegrations/{self.wire.path_key(self._integration('IN_ATS_INDICATOR'))}"
        for integration, name, value in (
            (export, "CALLBACK_URL", "<https://ats.example/callback>"),
            (export, "JOB_POSTING_VIEWERS", "ALL_PRODUCT_USERS"),
            (indicator, "APPLICATION_VIEWERS", "ALL_PRODUCT_USERS"),
        ):
            resource = f"{integration}/configurations"
            setting = {"configurationValue": {"string": value}}
            self._all(self.wire.batch_update(resource, [(name, setting)]), [name], 204)
            read = self.wire.batch_get(resource, [name])
            status, found = read.of(name)
            _expect(status == 200, f"{name} is read: {read.body}")
            _expect(found["configurationValue"]["string"] == value.strip("<>"), f"{name}: {found}")
        viewers, everybody = "JOB_POSTING_VIEWERS", {"configurationValue": {"string": "ALL_PRODUCT_USERS"}}
        resource = f"{export}/configurations"
        self._all(self.wire.batch_delete(resource, [viewers]), [viewers], 204)
        self._all(self.wire.batch_update(resource, [(viewers, everybody)]), [viewers], 204)
        self.say("configured")

    def _jobs(self) -> None:
        jobs = [
            {
                "integrationContext": self.customer.organization,
                "externalJobPostingId": self._id(name),
                "title": "Senior Software Engineer",
                "description": "Build and run services.",
                "location": "San Francisco, CA",
                "availability": availability,
                "state": "LISTED",
                "companyApplyUrl": "https://ats.example/jobs",
                "listedAt": self.customer.now_ms - DAY_MS,
            }
            for name, availability in (("j1", "PUBLIC"), ("j2", "PRIVATE_TO_ATS_INTEGRATION"))
        ]
        answer = self.wire.call(
            "POST", "/v2/simpleJobPostings", {"elements": jobs}, restli_method="batch_create"
        )
        self._ok(answer)
        tasks = [element["id"] for element in answer.body["elements"]]
        _expect(len(tasks) == 2, f"a task for each job: {answer.body}")
        deadline = time.monotonic() + TASK_DEADLINE_S
        while True:
            read = self.wire.batch_get("/v2/simpleJobPostingTasks", tasks)
            self._ok(read)
            states = [read.body["results"][task]["status"] for task in tasks]
            if states == ["SUCCEEDED"] * 2 or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        _expect(states == ["SUCCEEDED"] * 2, f"the jobs are posted: {read.body}")
        self.say("jobs posted")

    def _candidates(self) -> None:
        keys = [self.candidate("c1"), self.candidate("c2")]
        people = [self._person("Mary", "O'Neil"), self._person("José", "Núñez")]
        self._all(
            self.wire.batch_update("/v2/atsCandidates", list(zip(keys, people, strict=True))), keys, 204
        )
        read = self.wire.batch_get("/v2/atsCandidates", keys)
        self._ok(read)
        for key, person in zip(keys, people, strict=True):
            status, found = read.of(self.wire.key(key))
            _expect(status == 200, f"a candidate is read: {read.body}")
            for name, value in person.items():
                _expect(found.get(name) == value, f"{name} as it was sent, {value}: {found}")
            _expect(isinstance(found["matchedMembers"], list), f"with whom it matches: {found}")
        notes = f"/v2/atsCandidates/{self.wire.path_key(keys[0])}/notes"
        ids = [self._id("n1"), self._id("n2")]
        self._all(self.wire.batch_update(notes, [(note, self._note()) for note in ids]), ids, 204)
        self.say("candidates and their notes synced")

    def _applications(self) -> None:
        key = self.application("a1")
        said = {
            "atsCandidateId": self._id("c1"),
            "atsCreatedAt": self.customer.now_ms - DAY_MS,
            "atsLastModifiedAt": self.customer.now_ms - HOUR_MS,
            "atsJobPostingId": self._id("j1"),
            "atsJobPostingName": "Senior Software Engineer",
            "candidateEmail": f"mary.{self.mark}@mail.example",
            "firstName": "Mary",
            "lastName": "O'Neil",
            "source": "Referral",
            "dispositionReason": "",
        }
        self._all(self.wire.batch_update("/v2/atsApplications", [(key, said)]), [key], 204)
        below = f"/v2/atsApplications/{self.wire.path_key(key)}"
        self._children(f"{below}/notes", [(self._id("n1"), self._note())])
        feedback = {
            "atsCreatedAt": self.customer.now_ms - HOUR_MS,
            "evaluations": [{"attribute": "Verbal communication", "result": "4/5"}],
            "feedback": "A good interview.",
            "interviewer": {"firstName": "Rita", "lastName": "Book"},
        }
        self._children(f"{below}/interviewFeedback", [(self._id("f1"), feedback)])
        stages = [("s1", "New", DAY_MS), ("s2", "Phone interview", HOUR_MS)]
        self._children(
            f"{below}/stages",
            [
                (self._id(name), {"atsCreatedAt": self.customer.now_ms - ago, "stage": stage})
                for name, stage, ago in stages
            ],
        )
        self.say("application synced, with notes, feedback and stages")

    def _acls(self) -> None:
        job = {
            "atsEntityAclId": f"hiring-{self.mark}",
            "dataProvider": "ATS",
            "integrationContext": self.customer.organization,
            "atsEntityId": self._id("j1"),
            "atsEntityType": "JOB_POSTING",
        }
        self._all(self.wire.batch_update("/v2/atsEntityAcls", [(job, {})]), [job], 204)
        assignee = {
            "atsEntityAclId": f"hiring-{self.mark}",
            "dataProvider": "ATS",
            "integrationContext": self.customer.organization,
            "assignee": self.customer.recruiter,
            "atsEntityType": "JOB_POSTING",
        }
        assignees = "/v2/atsEntityAclAssignees"
        self._all(self.wire.batch_update(assignees, [(assignee, {})]), [assignee], 204)
        for resource, key in (("/v2/atsEntityAcls", job), (assignees, assignee)):
            read = self.wire.batch_get(resource, [key])
            _expect(read.of(self.wire.key(key))[0] == 200, f"{resource} is read: {read.body}")
        self._all(self.wire.batch_delete(assignees, [assignee]), [assignee], 204)
        self._all(self.wire.batch_delete("/v2/atsEntityAcls", [job]), [job], 204)
        self.say("who may see the job was synced")

    def _seats(self) -> list[Any]:
        return self._pages("/v2/seats", "seatsByAttributes", contracts=self.customer.contract, active="true")

    def _events(self, seat: str, start: int, end: int) -> int:
        events = self._pages(
            "/v2/conversationEvents", "criteria", viewer=seat, timeRange__start=start, timeRange__end=end
        )
        for event in events:
            _expect(start <= event["createdAt"] < end, f"an event of the window: {event}")
        return len(events)

    def _pages(self, resource: str, finder: str, **criteria: str | int) -> list[Any]:
        """All elements, page by page, until one is not full."""
        count = 7
        found: list[Any] = []
        while True:
            answer = self.wire.find(resource, finder, **criteria, start=len(found), count=count)
            self._ok(answer)
            paging = answer.body["paging"]
            _expect((paging["start"], paging["count"]) == (len(found), count), f"paging: {paging}")
            found += answer.body["elements"]
            if len(answer.body["elements"]) < count:
                return found

    def _children(self, resource: str, children: Sequence[tuple[str, Any]]) -> None:
        names = [name for name, _ in children]
        self._all(self.wire.batch_update(resource, children), names, 204)
        read = self.wire.batch_get(resource, names)
        for name, said in children:
            status, found = read.of(name)
            _expect(status == 200, f"{resource} is read: {read.body}")
            for field, value in said.items():
                _expect(found.get(field) == value, f"{field} as it was sent, {value}: {found}")

    def _person(self, first: str, last: str) -> dict[str, Any]:
        return {
            "addresses": [
                {
                    "line1": "31 Spooner Street",
                    "city": "Quahog",
                    "geographicArea": "RI",
                    "geographicAreaType": "STATE",
                    "postalCode": "02802",
                    "country": "us",
                }
            ],
            "atsCreatedAt": self.customer.now_ms - DAY_MS,
            "atsLastModifiedAt": self.customer.now_ms - HOUR_MS,
            "currentCompanyName": "Example Works",
            "currentJobTitle": "Quality engineer",
            "emailAddresses": [f"{first.lower()}.{self.mark}@mail.example"],
            "externalProfileUrl": "https://ats.example/people/1",
            "firstName": first,
            "lastName": last,
            "middleInitial": "L",
            "phoneNumbers": [{"number": "555-555-5555", "extension": "1234"}],
            "prefix": "Ms",
            "suffix": "Jr",
        }

    def _note(self) -> dict[str, Any]:
        return {
            "atsCreatedAt": self.customer.now_ms - HOUR_MS,
            "note": "Knows the trade.",
            "author": {"firstName": "Rita", "lastName": "Book"},
        }

    def _id(self, name: str) -> str:
        return f"{name}-{self.mark}"

    def _key(self, id_name: str, name: str) -> Parts:
        return {
            id_name: self._id(name),
            "dataProvider": "ATS",
            "integrationContext": self.customer.organization,
        }

    def _all(self, answer: Answer, keys: Sequence[Parts | str], status: int) -> None:
        """Every key of a batch has this outcome; creating may be told by 201 instead of 204."""
        self._ok(answer)
        for key in keys:
            name = key if isinstance(key, str) else self.wire.key(key)
            got, detail = answer.of(name)
            _expect(
                got == status or (status == 204 and got in (200, 201)), f"{self.wire.last_call}: {detail}"
            )

    def _ok(self, answer: Answer) -> None:
        _expect(answer.status == 200, f"{self.wire.last_call}: {answer.body}")


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise UnexpectedError(what)
