"""Who asks, and what is granted."""

from app.access.features import AccessPath, DenialReason, Feature, Role
from app.engine.mapping import Form
from loaders.decisions import decision_on, decisions
from loaders.tables import COMPANY, CONTRACT, PARTNER, SEAT, VIEWER
from resolvers.arguments import argument
from resolvers.company import Company
from resolvers.contract import Contract
from resolvers.fields import column, computed, entity, key, one
from resolvers.partner import Partner
from resolvers.seat import Seat


@entity(public=True)
class FeatureAccess:
    """Whether one feature is granted, by which access, and else why not and how to mend it."""

    feature: Feature = key("feature", says="The feature that was decided on.")
    granted: bool = key("granted", says="Whether the viewer has it.")
    through: AccessPath | None = key("through", says="By which access; null if it is not granted.")
    reason: DenialReason | None = key(
        "reason", says="The first thing that stands against it; null if it is granted."
    )
    how_to_fix: str | None = key(
        "howToFix", says="One sentence for a person: who can change it, and where. Null if it is granted."
    )


@entity(table=VIEWER, public=True)
class Viewer:
    """Who asks, on which seat, and what is granted."""

    subject: str = column("{subject}", form=Form.TEXT, says="Who the token speaks for.")
    roles: list[Role] = column(
        "{roles}",
        form=Form.NAMES,
        says="The roles that hold, in the order of the enum. The data decide.",
    )
    company: Company | None = one(COMPANY, "{company}", says="The company that the viewer acts for.")
    contract: Contract | None = one(CONTRACT, "{contract_id}", says="The contract of the viewer's seat.")
    seat: Seat | None = one(SEAT, "{seat_id}", says="The viewer's seat; ATS, support and staff have none.")
    partner: Partner | None = one(
        PARTNER,
        "{own_partner}",
        says="The ATS partner that the token is of, with which an ATS admin may request the integration; "
        "null where the token names none.",
    )
    features: list[FeatureAccess] = computed(
        decisions, says="The decision on each of the eight features, in the order of the enum."
    )
    can: FeatureAccess = computed(
        decision_on,
        says="The decision on one feature.",
        arguments={"feature": argument(Feature, "The feature to decide on.")},
        required=("feature",),
    )
