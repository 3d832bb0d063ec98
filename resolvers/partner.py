"""Vendors of Applicant Tracking Systems."""

from typing import Final

from app.access.features import Feature
from loaders.tables import PARTNER
from resolvers.fields import column, entity

_FEATURES: Final = ", ".join(f"'{feature.value}'" for feature in Feature)


@entity(table=PARTNER, public=True)
class Partner:
    """The vendor whose ATS a company uses."""

    name: str = column(says="The vendor's name, as requestIntegration takes it.")
    # Going through the enum's own names keeps their order, and keeps out a name that is no feature.
    supported_features: list[Feature] = column(
        f"array(select known.name from unnest(array[{_FEATURES}]) with ordinality as known (name, place) "
        "where known.name = any({t}.supported_features) order by known.place)",
        says="Of the features that need the partner's support, those that it has; others need none.",
    )
    optional_fields: list[str] = column(
        says="Optional fields that this partner sends; the others are null with it, and never an error."
    )
    must_be_asked_first: bool = column(
        says="Whether a request waits for this partner's approval before it can be enabled."
    )
