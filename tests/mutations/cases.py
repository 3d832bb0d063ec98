"""The table: each mutation with who may call it, a call that works, and what becomes of it otherwise.

Written by hand from the rules. What it must have is read from the schema (test_every_mutation.py): a row for
each mutation, and in it wrong and foreign ids for each argument that is an id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tests.mutations.world import (
    FOREIGN_EVENT,
    FOREIGN_EXPORT,
    FOREIGN_JOB,
    FOREIGN_RUN,
    NEW_URN,
    OUR_EVENT,
    OUR_RUN,
    UNKNOWN,
)
from tests.resolvers.world import ANNA, CORA, EXPORT, JOB, OTHER_URN, PARTNER, STRANGER, own

RECRUITERS: Final = frozenset({"rosa", "jonas", "mila", "admin in name only"})
ROLE, FEATURE = "ROLE_REQUIRED", "FEATURE_NOT_GRANTED"

NOT_FOUND: Final = "NOT_FOUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Values of one argument that name nothing, and what is said of them.

    `unknown` and `foreign` are told alike, unless `foreign_code` says that the difference is the point.
    `foreign` is None where the argument names nothing that belongs to a company.
    """

    unknown: Any
    foreign: Any = None
    malformed: tuple[Any, ...] = ("", "nonsense", "urn:rsc:tag:00000000-0000-0000-0000-00000000007a")
    code: str = NOT_FOUND
    foreign_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mutation.

    `before` is SQL that makes the call possible. `again` are the codes of userErrors of the same call said a
    second time; None where the token itself counts no more. `writes` is false where nothing is written and
    each answer is another. `meanwhile`: what the later of two at the same
    moment may be told instead, since it was let in before. `each_counts`: said twice, it is done twice (a
    note); else the second changes nothing, but for the tables in `writes_again`.
    """

    row: str
    by: str
    may: frozenset[str]
    denied: str = ROLE
    input: Mapping[str, Any] | None = None
    before: str = ""
    again: tuple[str, ...] | None = ()
    meanwhile: tuple[str, ...] | None = None
    each_counts: bool = False
    writes: bool = True
    writes_again: frozenset[str] = frozenset()
    wrong: Mapping[str, Wrong] = field(default_factory=dict)


_WRITERS: Final = frozenset({"ats-user", "ats-admin", "partner"})
_ADMIN: Final = frozenset({"jonas"})
_PARTNER: Final = frozenset({"partner"})
_LINKERS: Final = RECRUITERS | {"ats-admin", "partner"}


def _state(state: str, more: str = "") -> str:
    return f"update integration set state = '{state}'{more} where id = '{UUID(int=0x11)}';"


_DISABLED: Final = _state("DISABLED", ", disabled_at = '2026-03-01Z'")
_SYNCING: Final = _state("SYNCING") + (
    "insert into sync_run (company_id, id, integration_id, kind, entities, started_at) values "
    f"('{UUID(int=1)}', '{UUID(int=0x95)}', '{UUID(int=0x11)}', 'FIRST', '{{candidate}}', '2026-03-01Z');"
)

_CANDIDATE: Final = Wrong(unknown=own("candidate", UNKNOWN), foreign=own("candidate", STRANGER))
_JOB: Final = Wrong(unknown=own("job", UNKNOWN), foreign=own("job", FOREIGN_JOB))
_EXPORT: Final = Wrong(unknown=own("export", UNKNOWN), foreign=own("export", FOREIGN_EXPORT))
_RUN: Final = {"runId": Wrong(unknown=own("sync-run", UNKNOWN), foreign=own("sync-run", FOREIGN_RUN))}
_CONTRACT: Final = Wrong(unknown="urn:li:contract:none", foreign="urn:li:contract:F")
# LinkedIn's members belong to no company; m2 has closed the account.
_MEMBER: Final = Wrong(
    unknown="urn:li:person:nobody", malformed=("", "nonsense", "urn:li:person:m2", "urn:li:seat:rosa")
)
# A repeated call is a run of its own, in which the records are UNCHANGED.
_RUN_TABLES: Final = frozenset({"sync_run", "record_result"})


def _synced(record: Mapping[str, Any]) -> Case:
    return Case(
        row="run",
        by="partner",
        may=_PARTNER,
        input={"records": [record]},
        writes_again=_RUN_TABLES,
        wrong=_RUN,
    )


CASES: Final[Mapping[str, Case]] = {
    "requestIntegration": Case(
        row="integration",
        by="ats-admin",
        may=frozenset({"ats-admin"}),
        input={"partner": PARTNER},
        before=_DISABLED,
        again=("ALREADY_REQUESTED",),
        wrong={
            "partner": Wrong(
                unknown="No such ATS",
                malformed=("", "test ats"),
                foreign="Old ATS",
                foreign_code="OTHER_PARTNER",
            )
        },
    ),
    "approveIntegration": Case(
        row="integration",
        by="partner",
        may=_PARTNER,
        before=_state("REQUESTED"),
        again=("ALREADY_APPROVED",),
    ),
    "enableIntegration": Case(
        row="integration",
        by="jonas",
        may=_ADMIN,
        input={"contractIds": ["urn:li:contract:B"], "companyWideAccess": False},
        before=_state("PARTNER_READY"),
        again=("ALREADY_ENABLED",),
        wrong={"contractIds": _CONTRACT},
    ),
    "finishSync": Case(
        row="integration",
        by="partner",
        may=_PARTNER,
        before=_SYNCING,
        again=("NOTHING_TO_FINISH",),
    ),
    "disableIntegration": Case(
        row="integration",
        by="jonas",
        may=_ADMIN | {"support"},
        input={"openPostedJobs": "LEAVE_OPEN"},
        again=("ALREADY_DISABLED",),
    ),
    "acknowledgeDisable": Case(
        row="integration", by="partner", may=frozenset({"partner", "ats-admin"}), before=_DISABLED
    ),
    "setCompanyWideAccess": Case(row="integration", by="jonas", may=_ADMIN, input={"enabled": False}),
    "setIntegrationSettings": Case(
        row="integration", by="jonas", may=_ADMIN, input={"oneClickExportCompanyWide": True}
    ),
    "setViewers": Case(
        row="integration",
        by="partner",
        may=frozenset({"partner", "ats-admin"}),
        input={"jobPostingViewers": "LISTED_USERS"},
    ),
    "activateContract": Case(
        row="contract",
        by="jonas",
        may=_ADMIN,
        input={"contractId": "urn:li:contract:B"},
        wrong={"contractId": _CONTRACT},
    ),
    "deactivateContract": Case(
        row="contract",
        by="support",
        may=frozenset({"support"}),
        input={"contractId": "urn:li:contract:A"},
        wrong={"contractId": _CONTRACT},
    ),
    "changeCompanyId": Case(
        row="integration",
        by="support",
        may=frozenset({"support"}),
        input={"newCompanyId": NEW_URN},
        before=_DISABLED + _state("DISABLED", ", acknowledged_at = '2026-03-02Z'"),
        # A token that names the old id is nobody's from then on.
        again=None,
        meanwhile=("SAME_COMPANY_ID",),
        wrong={
            "newCompanyId": Wrong(
                unknown="urn:li:contract:A",
                malformed=("", "nonsense", "urn:li:organization:"),
                code="INVALID",
                foreign=OTHER_URN,
                foreign_code="COMPANY_ID_TAKEN",
            )
        },
    ),
    "eraseAtsData": Case(
        row="receipt",
        by="jonas",
        may=_ADMIN | {"support"},
        input={"confirmCompanyName": "Ours"},
        again=("ALREADY_ERASED",),
        # An erasure that goes on is the same one, and both wait for it.
        meanwhile=(),
        wrong={
            "confirmCompanyName": Wrong(
                unknown="Nobody's", malformed=("", "ours"), foreign="Theirs", code="NAME_MISMATCH"
            )
        },
    ),
    "syncJobs": _synced({"externalJobPostingId": "j-7", "title": "Cook"}),
    "syncCandidates": _synced({"atsCandidateId": "x-7", "firstName": "Cosima"}),
    "syncApplications": _synced(
        {"atsJobApplicationId": "a-7", "atsCandidateId": "x-1", "atsJobPostingId": "j-1"}
    ),
    "linkMember": Case(
        row="candidate",
        by="rosa",
        may=_LINKERS,
        denied=FEATURE,
        input={"candidateId": own("candidate", CORA), "memberId": "urn:li:person:m3"},
        wrong={"candidateId": _CANDIDATE, "memberId": _MEMBER},
    ),
    "unlinkMember": Case(
        row="candidate",
        by="rosa",
        may=_LINKERS,
        denied=FEATURE,
        input={"candidateId": own("candidate", ANNA)},
        wrong={"candidateId": _CANDIDATE},
    ),
    "addTag": Case(
        row="candidate",
        by="ats-user",
        may=_WRITERS,
        input={"candidateId": own("candidate", ANNA), "name": "Night shift"},
        wrong={"candidateId": _CANDIDATE},
    ),
    "removeTag": Case(
        row="candidate",
        by="ats-user",
        may=_WRITERS,
        input={"candidateId": own("candidate", ANNA), "name": "alumni"},
        wrong={"candidateId": _CANDIDATE},
    ),
    "addNote": Case(
        row="candidate",
        by="ats-user",
        may=_WRITERS,
        input={"candidateId": own("candidate", ANNA), "body": "Called."},
        each_counts=True,
        wrong={"candidateId": _CANDIDATE},
    ),
    "decideRecommendedMatch": Case(
        row="job",
        by="rosa",
        may=RECRUITERS,
        denied=FEATURE,
        input={"jobId": own("job", JOB), "memberId": "urn:li:person:m1", "decision": "SAVED"},
        wrong={"jobId": _JOB, "memberId": _MEMBER},
    ),
    "exportMember": Case(
        row="export",
        by="rosa",
        may=RECRUITERS - {"mila"},
        denied=FEATURE,
        input={"memberId": "urn:li:person:m4", "jobId": own("job", JOB)},
        wrong={"jobId": _JOB, "memberId": _MEMBER},
    ),
    "confirmExport": Case(
        row="export",
        by="partner",
        may=_PARTNER,
        input={"exportId": own("export", EXPORT), "candidateExternalId": "x-7"},
        wrong={"exportId": _EXPORT},
    ),
    "resendExport": Case(
        row="export",
        by="partner",
        may=_PARTNER | {"support"},
        input={"exportId": own("export", EXPORT)},
        before="update export set state = 'FAILED', last_error = 'It did not answer.';",
        wrong={"exportId": _EXPORT},
    ),
    "resendNotification": Case(
        row="notification",
        by="partner",
        may=_PARTNER | {"support"},
        input={"notificationId": own("event", OUR_EVENT)},
        wrong={
            "notificationId": Wrong(unknown=own("event", UNKNOWN), foreign=own("event", FOREIGN_EVENT)),
        },
    ),
    "connectSeat": Case(
        row="seat",
        by="rosa",
        may=RECRUITERS - {"admin in name only"},
        input={"atsUserId": "u-1"},
    ),
    "createWidgetToken": Case(
        row="token",
        by="partner",
        may=_PARTNER,
        input={"widget": "PROFILE", "atsUserId": "u-1", "candidateExternalId": "x-1"},
        writes=False,
        wrong={
            "atsUserId": Wrong(unknown="", malformed=(" u-1", "u-1\n", "u\x7f1", "u" * 301), code="INVALID"),
            "candidateExternalId": Wrong(
                unknown="", malformed=(" x-1", "x-1 ", "x\t1", "x" * 301), code="INVALID"
            ),
        },
    ),
    "registerOperations": Case(
        row="client",
        by="staff",
        may=frozenset({"staff"}),
        input={"client": "widget", "documents": ["query Who { viewer { subject } }"]},
        wrong={"client": Wrong(unknown="Not A Name", malformed=("", "a b"), code="INVALID")},
    ),
}

CALL_IN_RUN: Final = {**CASES["syncCandidates"].input, "runId": own("sync-run", OUR_RUN)}  # type: ignore[dict-item]
"""Records that are added to a run that goes on."""
