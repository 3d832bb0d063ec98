"""Calls of every kind, most of which name what is another company's."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from graphql import GraphQLSchema, parse, validate

from app.auth.personas import DEMO_PARTNER
from tests.mutations.cases import CASES
from tests.mutations.conftest import document_of
from tests.reference.generator import Generator, Operation
from tests.reference.samples import Samples
from tests.tenancy.canaries import mark
from tests.tenancy.tenants import Tenant

NOW_MS: Final = 1_700_000_000_000
_ROWS: Final = {
    "candidate { id }": "candidate { id firstName lastName emailAddresses tags { name } }",
    "job { id }": "job { id title description externalId }",
    "contract { id }": "contract { id name }",
}
"""More of what a mutation answers, where there is more to see."""

_SEARCH: Final = """query ($words: String!) { unifiedSearch(query: $words, first: 20) {
  totalCount facets { name values { value count } }
  edges { cursor candidate { id firstName lastName externalId } member { id } } } }"""
_FILTERS: Final = (
    "query ($x: String!) { candidates(filter: {nameContains: $x}) { totalCount edges { node { id } } } }",
    "query ($x: String!) { candidates(filter: {tag: $x}) { totalCount edges { node { id } } } }",
    "query ($x: String!) { jobs(filter: {titleContains: $x}) { totalCount edges { node { id } } } }",
)
_NODES: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
  ... on Candidate { firstName lastName notes(first: 3) { edges { node { body } } } }
  ... on Job { title description } ... on Application { stage source dispositionReason }
  ... on Seat { firstName } ... on Contract { name } ... on Integration { state }
  ... on Note { body } ... on Tag { name } } }"""
_ENTITIES: Final = """query ($of: [_Any!]!) { _entities(representations: $of) { __typename
  ... on Candidate { id externalId firstName lastName } ... on Job { id externalId title }
  ... on Application { id externalId stage } ... on Member { id headline } } }"""


@dataclass(frozen=True, slots=True)
class Call:
    """One request of somebody of `tenant`; `learn` may be told what was answered.

    `finds_nothing`: whatever it names is another company's, so that a count in its answer must be 0.
    """

    kind: str
    tenant: Tenant
    who: str
    method: str
    target: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    finds_nothing: bool = False
    learn: Callable[[Mapping[str, Any]], None] | None = None

    @property
    def said(self) -> str:
        """Everything that the caller said."""
        return f"{self.target}\n{json.dumps(self.body)}\n{self.headers}"


class Calls:
    """Draws calls; everything from one seed.

    So many `documents` are written; after that most queries are one of them with other values and another
    viewer, which costs a lot less than a new one.
    """

    def __init__(
        self, schema: GraphQLSchema, samples: Samples, tenants: list[Tenant], seed: int, documents: int
    ) -> None:
        self.generator = Generator(schema, samples, seed)
        self.rng: random.Random = self.generator.rng
        self.samples = samples
        self.tenants = tenants
        self._documents_max = documents
        for document in (_SEARCH, *_FILTERS, _NODES, _ENTITIES):
            # A refused document would find nothing, whatever there were to find.
            assert validate(schema, parse(document)) == [], document
        self._documents: list[Operation] = []
        self._kinds: Mapping[Callable[[Tenant, Tenant], Call], int] = {
            self._query: 46,
            self._nodes: 8,
            self._entities: 8,
            self._search: 7,
            self._filter: 5,
            self._mutation: 11,
            self._wire_read: 8,
            self._wire_find: 5,
            self._wire_write: 5,
        }

    def draw(self) -> Call:
        """The next call: of somebody of one company, about what is (mostly) another's."""
        own, other = self.rng.sample(self.tenants, 2)
        (make,) = self.rng.choices(list(self._kinds), list(self._kinds.values()))
        return make(own, other)

    # GraphQL

    def _graphql(self, kind: str, own: Tenant, query: str, variables: Any, **more: Any) -> Call:
        who = more.pop("who", None) or self.rng.choice(list(own.bearers))
        body = {"query": query, "variables": variables, **more.pop("body", {})}
        return Call(kind, own, who, "POST", "/graphql", body, **more)

    def _query(self, own: Tenant, other: Tenant) -> Call:
        is_own = self.rng.random() < 0.35
        if len(self._documents) < self._documents_max or self.rng.random() < 0.05:
            operation = self.generator.operation((own if is_own else other).urn)
            if len(self._documents) < self._documents_max:
                self._documents.append(operation)
        else:
            operation = self.rng.choice(self._documents)

        def learn(answer: Mapping[str, Any]) -> None:
            self.generator.learn(operation, answer)

        named = {"operationName": operation.name} if operation.name else {}
        return self._graphql(
            "query", own, operation.query, operation.variables.drawn(), body=named, learn=learn
        )

    def _ids(self, own: Tenant, other: Tenant, *types: str) -> list[str]:
        """Up to six ids, of the types if any are given; a few of them the caller's own."""
        ids = []
        for _ in range(self.rng.randint(1, 6)):
            of = self.samples.companies[(other if self.rng.random() < 0.85 else own).urn].ids
            known = of[self.rng.choice(types or list(of))]
            ids += [self.rng.choice(known)] if known else []
        return ids

    def _nodes(self, own: Tenant, other: Tenant) -> Call:
        return self._graphql("node ids", own, _NODES, {"ids": self._ids(own, other)})

    def _entities(self, own: Tenant, other: Tenant) -> Call:
        of = []
        for _ in range(self.rng.randint(1, 5)):
            name = self.rng.choice(("Candidate", "Job", "Application"))
            texts = self.samples.companies[other.urn].texts.get(f"{name}.externalId")
            if texts and self.rng.random() < 0.5:
                of.append({"__typename": name, "externalId": self.rng.choice(texts)})
            else:
                of += [{"__typename": name, "id": one} for one in self._ids(own, other, name)[:1]]
        return self._graphql("_entities", own, _ENTITIES, {"of": of})

    def _foreign_word(self, other: Tenant) -> str:
        """A canary of the other company, some of which stand in what is searched."""
        return mark(other.number, self.rng.randrange(17, 40))

    def _search(self, own: Tenant, other: Tenant) -> Call:
        return self._graphql("search", own, _SEARCH, {"words": self._foreign_word(other)}, who="recruiter")

    def _filter(self, own: Tenant, other: Tenant) -> Call:
        texts = self.samples.companies[other.urn].texts
        word = self.rng.choice((self._foreign_word(other), self.rng.choice(texts["tag"])))
        query = self.rng.choice(_FILTERS)
        return self._graphql("filter", own, query, {"x": word}, finds_nothing=True)

    # Mutations

    def _mutation(self, own: Tenant, other: Tenant) -> Call:
        name = self.rng.choice(sorted(CASES))
        case, who = CASES[name], self.rng.choice(list(own.bearers))
        given = None if case.input is None else self._input(name, dict(case.input), own, other)
        query = document_of(name)
        for short, long in _ROWS.items():
            query = query.replace(short, long)
        if name in _ENDS_A_COMPANY:
            # Only those who must be refused may try: the companies shall still be there for the next call.
            who = "ats-user"
        return self._graphql("mutation", own, query, {"input": given} if given else {}, who=who, writes=True)

    def _input(self, name: str, given: dict[str, Any], own: Tenant, other: Tenant) -> dict[str, Any]:
        number = self.rng.randrange(10_000)
        drawn: dict[str, Callable[[], Any]] = {
            "candidateId": lambda: self._one(own, other, "Candidate"),
            "jobId": lambda: self._one(own, other, "Job"),
            "exportId": lambda: self._one(own, other, "Export"),
            "runId": lambda: self._one(own, other, "SyncRun"),
            "notificationId": lambda: self._one(own, other, "Export").replace(":export:", ":event:"),
            "contractId": lambda: self._one(own, other, "Contract"),
            "contractIds": lambda: [self._one(own, other, "Contract")],
            "memberId": lambda: self.rng.choice(self.samples.members),
            "confirmCompanyName": lambda: other.name,
            "newCompanyId": lambda: other.urn,
            "partner": lambda: DEMO_PARTNER,
            "atsUserId": lambda: f"u-{number}",
        }
        if name in ("syncCandidates", "syncJobs", "syncApplications") and self.rng.random() < 0.5:
            given["runId"] = None
        said = {key: drawn[key]() if key in drawn else value for key, value in given.items()}
        if "records" in said:
            said["records"] = [self._record(dict(one), own, other) for one in said["records"]]
        return {key: value for key, value in said.items() if value is not None}

    def _record(self, record: dict[str, Any], own: Tenant, other: Tenant) -> dict[str, Any]:
        for key, of in (("atsCandidateId", "Candidate"), ("atsJobPostingId", "Job")):
            if key in record:
                company = other if self.rng.random() < 0.5 else own
                record[key] = self.rng.choice(self.samples.companies[company.urn].texts[f"{of}.externalId"])
        return record

    def _one(self, own: Tenant, other: Tenant, of: str) -> str:
        company = own if self.rng.random() < 0.3 else other
        return self.rng.choice(self.samples.companies[company.urn].ids[of] or ("urn:rsc:tag:none",))

    # The wire API

    def _wire(self, kind: str, own: Tenant, method: str, target: str, body: Any = None, **more: Any) -> Call:
        who = "partner" if self.rng.random() < 0.85 else self.rng.choice(list(own.bearers))
        return Call(kind, own, who, method, f"/v2/{target}", body, writes=body is not None, **more)

    def _context(self, own: Tenant, other: Tenant) -> str:
        return (other if self.rng.random() < 0.35 else own).urn

    def _keys(self, own: Tenant, other: Tenant, name: str, of: str) -> list[str]:
        """Up to four keys as bodies have them, of records of the other company in one's context or theirs."""
        context = self._context(own, other)
        texts = self.samples.companies[(other if self.rng.random() < 0.8 else own).urn].texts
        return [
            f"{name}={quote(self.rng.choice(texts[f'{of}.externalId']), safe='')}"
            f"&dataProvider=ATS&integrationContext={context}"
            for _ in range(self.rng.randint(1, 4))
        ]

    def _wire_read(self, own: Tenant, other: Tenant) -> Call:
        resource, name, of, child = self.rng.choice(_RECORDS)
        keys = self._keys(own, other, name, of)
        if child and self.rng.random() < 0.3:
            target = f"{resource}/{quote(keys[0], safe='')}/{child}?ids=note-1"
            return self._wire("wire read", own, "GET", target)
        ids = "&".join(f"ids[{n}].{part}" for n, key in enumerate(keys) for part in key.split("&"))
        return self._wire("wire read", own, "GET", f"{resource}?{ids}")

    def _wire_find(self, own: Tenant, other: Tenant) -> Call:
        foreign = self.samples.companies[other.urn].ids
        contract, seat = self.rng.choice(foreign["Contract"]), self.rng.choice(foreign["Seat"])
        event = self.rng.choice(foreign["Export"] or ("x",)).rpartition(":")[2]
        task = self.rng.choice(foreign["Job"]).rpartition(":")[2]
        target = self.rng.choice(
            (
                f"seats?q=seatsByAttributes&contracts={contract}",
                f"conversationEvents?q=criteria&viewer={seat}",
                f"mailStubs?q=contract&contract={contract}",
                f"prospectNotes?q=criteria&contract={contract}",
                f"exportedCandidates?q=request&requestId={event}",
                f"atsIntegrations?q=request&requestId={event}",
                f"simpleJobPostingTasks?ids=urn:li:simpleJobPostingTask:{task}",
                f"atsEntityAcls?q=criteria&integrationContext={self._context(own, other)}&count=50",
                f"atsEntityAclAssignees?q=criteria&integrationContext={self._context(own, other)}",
                "atsIntegrations/configurations?ids=CALLBACK_URL",
            )
        )
        return self._wire("wire find", own, "GET", target)

    def _wire_write(self, own: Tenant, other: Tenant) -> Call:
        (key,) = self._keys(own, other, "atsCandidateId", "Candidate")[:1]
        ids = "&".join(f"ids[0].{part}" for part in key.split("&"))
        target = f"atsCandidates?{ids}"
        roll = self.rng.random()
        if roll < 0.4:
            record = {"firstName": "Ada", "atsCreatedAt": NOW_MS, "atsLastModifiedAt": NOW_MS}
            return self._wire("wire write", own, "PUT", target, {"entities": {key: record}})
        if roll < 0.7:
            patch = {"patch": {"$set": {"manualMatchedMember": self.rng.choice(self.samples.members)}}}
            return self._wire("wire write", own, "POST", target, {"entities": {key: patch}})
        jobs = self.samples.companies[other.urn].texts["Job.externalId"]
        posting = {
            "integrationContext": self._context(own, other),
            "externalJobPostingId": self.rng.choice(jobs),
            "title": "Cook",
            "state": "LISTED",
            "availability": "PUBLIC",
            "listedAt": NOW_MS,
        }
        headers = {"x-restli-method": "batch_create"}
        return self._wire(
            "wire write", own, "POST", "simpleJobPostings", {"elements": [posting]}, headers=headers
        )


_RECORDS: Final = (
    ("atsCandidates", "atsCandidateId", "Candidate", "notes"),
    ("atsApplications", "atsJobApplicationId", "Application", "stages"),
)
_ENDS_A_COMPANY: Final = frozenset(
    {"eraseAtsData", "disableIntegration", "changeCompanyId", "deactivateContract", "acknowledgeDisable"}
)
