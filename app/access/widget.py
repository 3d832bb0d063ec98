"""The widgets by their public names, and what a widget's token is bound to."""

from dataclasses import dataclass

from app.access.features import DescribedEnum, graphql_enum


@graphql_enum
class Widget(DescribedEnum):
    """A page that an ATS shows in an iframe."""

    PROFILE = "PROFILE", "The matched member of one candidate, and linking one. Needs candidateExternalId."
    ONBOARDING = "ONBOARDING", "Asking for the integration, switching it on, and how far its sync is."
    SEARCH = (
        "SEARCH",
        "One search over LinkedIn members and the ATS's candidates; for one job if jobExternalId is given.",
    )
    RECOMMENDED = "RECOMMENDED", "The members recommended for one job. Needs jobExternalId."

    @property
    def page(self) -> str:
        """Its name in URLs."""
        return self.value.lower()

    @property
    def client(self) -> str:
        """The client whose trusted documents its page runs."""
        return f"{self.page}-widget"


@dataclass(frozen=True, slots=True)
class WidgetClaim:
    """The claim `widget`: which widget, and about whom or what, by the ATS's own ids.

    `app` (a client id) and `origin` (of the page that embeds it) are in a page's own token only: what the ATS
    hands out is not bound to them yet.
    """

    widget: Widget
    candidate: str | None = None
    job: str | None = None
    app: str | None = None
    origin: str | None = None
