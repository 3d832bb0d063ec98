"""The feature chart: what each access gives, whoever asks and whatever is switched on."""

from app.access.features import Feature
from resolvers.fields import entity, key


@entity(public=True)
class FeatureRule:
    """One row of the feature chart: which access gives the feature, and what it needs besides."""

    feature: Feature = key("feature", says="The feature that the rule is about.")
    contract_access: bool = key("contractAccess", says="Whether contract access gives it.")
    company_wide_access: bool = key(
        "companyWideAccess", says="Whether company-wide access gives it, on every contract."
    )
    company_wide_setting: str | None = key(
        "companyWideSetting",
        says="The integration's setting that puts it into company-wide access after all; null if none does.",
    )
    needs_seat: bool = key("needsSeat", says="Whether only somebody with an active Recruiter seat has it.")
    needs_partner_support: bool = key(
        "needsPartnerSupport", says="Whether the ATS partner must support it; see Partner.supportedFeatures."
    )
