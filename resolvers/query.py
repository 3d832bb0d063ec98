"""What can be asked."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from app.access.directives import requires, requires_role
from app.access.features import Feature, Role
from app.engine.mapping import Order
from loaders.access import READS_ATS_RECORDS, READS_EXPORTS, READS_NOTIFICATIONS
from loaders.audit import first_broken_entry
from loaders.clients import clients
from loaders.decisions import decisions_of_seat, feature_chart
from loaders.search import SEARCH_HIT
from loaders.tables import (
    APPLICATION,
    AUDIT_ENTRY,
    CANDIDATE,
    CONTRACT,
    EXPORT,
    INTEGRATION,
    JOB,
    MEMBER,
    NOTIFICATION,
    VIEWER,
)
from resolvers.application import Application
from resolvers.arguments import argument
from resolvers.audit import AuditConnection
from resolvers.candidate import (
    CANDIDATE_ARGUMENTS,
    CANDIDATE_FILTERS,
    CANDIDATE_ORDERS,
    Candidate,
)
from resolvers.client import Client
from resolvers.connection import Connection
from resolvers.contract import Contract
from resolvers.enums import ExportState
from resolvers.export import Export
from resolvers.feature_rule import FeatureRule
from resolvers.federation import Representation, Service
from resolvers.fields import (
    any_by_id,
    computed,
    entities,
    entity,
    lookup,
    many_by_id,
    page,
    singleton,
    subgraph,
)
from resolvers.integration import Integration
from resolvers.job import JOB_ARGUMENTS, JOB_FILTERS, JOB_ORDERS, Job
from resolvers.member import Member
from resolvers.node import Node
from resolvers.notification import Notification, NotificationState
from resolvers.orders import newest_first
from resolvers.unified_search import UnifiedSearchConnection, UnifiedSearchFilter
from resolvers.viewer import FeatureAccess, Viewer


def _by_id_or_external_id(kind: str) -> dict[str, str]:
    """By our id, or by the id of the ATS that the company uses now."""
    return {
        "id": f"{{t}}.id = {{v:id:{kind}}}",
        "externalId": "{t}.external_id = {v:text} and {t}.partner_name = {partner_name}",
    }


_ID_OR_EXTERNAL_ID = {
    "id": argument(strawberry.ID | None, "Our id. Unknown, malformed and foreign ids are null."),
    "externalId": argument(str | None, "The id that the company's ATS has for it."),
}
# Several profile URLs may name one member, with or without a country or a slash at the end; the part that
# names the member counts. Should two open profiles claim the same, the answer is the same one every time.
_BY_PROFILE_URL = (
    "{t}.urn = (select named.urn from member named where not named.is_closed "
    "and member_profile_slug(named.public_profile_url) = member_profile_slug({v:text}) "
    "order by named.urn limit 1)"
)
Entity: TypeAlias = Annotated[
    Application | Candidate | Job | Member,
    strawberry.union("_Entity", description="What other subgraphs of a federation name by its key."),
]
_ADMINISTERS = requires_role(Role.RECRUITER_ADMIN, Role.SUPPORT, Role.STAFF)


@entity(public=True)
class Query:
    """What can be asked, all in one request; each field is answered as the viewer may see it."""

    viewer: Viewer = singleton(VIEWER, public=True, says="Who asks, and which features are granted.")
    node: Node | None = any_by_id(
        says="Whatever has this id. Unknown, malformed, foreign: null, without an error."
    )
    nodes: list[Node | None] = many_by_id(
        says="Whatever has these ids, in their order; null in the place of each that names nothing."
    )
    integration: Integration | None = singleton(
        INTEGRATION,
        public=True,
        says="The company's integration with its ATS; null if there is none or it was erased.",
    )
    contract: Contract | None = lookup(
        CONTRACT,
        public=True,
        by={"id": "{t}.urn = {v:text}"},
        arguments={"id": argument(strawberry.ID, "The contract's URN.")},
        required=("id",),
        says="A contract of the company: a seat holder reads its own; partner, ATS, support and staff any.",
    )
    candidate: Candidate | None = lookup(
        CANDIDATE,
        by=_by_id_or_external_id("candidate"),
        arguments=_ID_OR_EXTERNAL_ID,
        says="One candidate, by our id or by the ATS's own.",
    )
    candidates: Connection[Candidate] | None = page(
        CANDIDATE,
        order=newest_first("created_at"),
        orders=CANDIDATE_ORDERS,
        filters=CANDIDATE_FILTERS,
        arguments=CANDIDATE_ARGUMENTS,
        says="The company's candidates.",
        guards=(READS_ATS_RECORDS,),
    )
    job: Job | None = lookup(
        JOB,
        by=_by_id_or_external_id("job"),
        arguments=_ID_OR_EXTERNAL_ID,
        says="One job, by our id or by the ATS's own.",
    )
    jobs: Connection[Job] | None = page(
        JOB,
        order=newest_first("listed_order_at"),
        orders=JOB_ORDERS,
        filters=JOB_FILTERS,
        arguments=JOB_ARGUMENTS,
        says="The company's jobs.",
        guards=(READS_ATS_RECORDS,),
    )
    application: Application | None = lookup(
        APPLICATION,
        by=_by_id_or_external_id("application"),
        arguments=_ID_OR_EXTERNAL_ID,
        says="One application, by our id or by the ATS's own.",
    )
    member: Member | None = lookup(
        MEMBER,
        by={"id": "{t}.urn = {v:text}", "publicProfileUrl": _BY_PROFILE_URL},
        arguments={
            "id": argument(strawberry.ID | None, "The person URN."),
            "publicProfileUrl": argument(
                str | None, "The profile's address on linkedin.com, however spelled."
            ),
        },
        says="One LinkedIn member, by URN or by profile URL; null if the profile was closed. Where members "
        "come live from LinkedIn, a profile URL finds only those that the gateway keeps itself.",
    )
    unified_search: UnifiedSearchConnection | None = page(
        SEARCH_HIT,
        order=(Order("{t}.score", "double precision", True), Order("{t}.id", "text", True)),
        shared=True,
        arguments={
            "query": argument(
                str, "Words to look for in names, titles, companies, places, headlines and skills."
            ),
            "filter": argument(UnifiedSearchFilter | None, "Which of the people found to list."),
        },
        required=("query",),
        says="People, as LinkedIn members and as candidates of the company, each once; the best first. A "
        "slip of the finger in a word does not hide anybody, and the beginning of a word is enough. "
        "LinkedIn's API searches nobody: where members come live from it, those are found that the gateway "
        "keeps itself, and shown as LinkedIn has them now; without any, the company's candidates alone.",
        guards=(requires(Feature.UNIFIED_SEARCH),),
    )
    match_review: Connection[Candidate] | None = page(
        CANDIDATE,
        order=(
            Order("{t}.match_review_rank", "smallint"),
            Order("{t}.created_at", "timestamptz"),
            Order("{t}.id", "uuid"),
        ),
        where="{t}.match_review_rank < 2",
        says="Candidates whose match a person should look at: AMBIGUOUS first, then UNMATCHED; of each, "
        "those that have waited longest.",
        guards=(requires(Feature.PROFILE_WIDGET, or_role=(Role.ATS_ADMIN, Role.PARTNER)),),
    )
    exports: Connection[Export] | None = page(
        EXPORT,
        order=newest_first("requested_at"),
        filters={"state": "{t}.state = {v:text}"},
        arguments={"state": argument(ExportState | None, "Only exports that have come this far.")},
        says="Members whom recruiters sent into the ATS, newest first.",
        guards=(READS_EXPORTS,),
    )
    notifications: Connection[Notification] | None = page(
        NOTIFICATION,
        order=newest_first("created_at"),
        filters={"state": "{t}.state = {v:text}"},
        arguments={
            "state": argument(NotificationState | None, "Only notifications that have come this far.")
        },
        says="What the ATS is told by calls to its callback, newest first; `state: DEAD` are those given up.",
        guards=(READS_NOTIFICATIONS,),
    )
    audit_trail: AuditConnection | None = page(
        AUDIT_ENTRY,
        order=newest_first("at"),
        filters={"since": "{t}.at >= {v:timestamptz}"},
        arguments={"since": argument(datetime | None, "Only what was done at this moment or later.")},
        says="Who did what with the company's integration and data, newest first.",
        guards=(_ADMINISTERS,),
    )
    audit_trail_broken_at: int | None = computed(
        first_broken_entry,
        says="The number of the first entry of the audit trail that was changed, taken out or slipped in, by "
        "the chain of hashes; null if the trail is as it was written. Reads the whole trail.",
        guards=(_ADMINISTERS,),
    )
    access_of: list[FeatureAccess] | None = computed(
        decisions_of_seat,
        arguments={"seat": argument(strawberry.ID, "The seat's URN.")},
        required=("seat",),
        says="What this seat of the company would be granted, and why not: decisions only, no data. It is "
        "written to the audit trail. Null for an unknown seat.",
        guards=(_ADMINISTERS,),
    )
    feature_chart: list[FeatureRule] = computed(
        feature_chart,
        public=True,
        says="What contract access and company-wide access give, feature by feature in the order of the "
        "enum: the rules, not what is switched on.",
    )
    clients: list[Client] | None = computed(
        clients,
        says="Every client that calls with trusted documents, by name.",
        guards=(requires_role(Role.STAFF),),
    )
    entities: list[Entity | None] = entities(
        Representation,
        says="For a federation's router: the objects of these keys, in their order, as this viewer may see "
        "them; null in the place of each that names nothing. They are read by their keys alone.",
    )
    service: Service = subgraph(
        says="For a federation's composer: the schema as a subgraph; for those who may introspect."
    )
