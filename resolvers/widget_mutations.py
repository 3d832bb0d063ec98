"""What a partner asks for before it shows a widget."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from app.access.directives import requires_role
from app.access.features import Role
from app.access.widget import Widget, WidgetClaim
from app.engine.mapping import Outcome
from app.errors import CallerError, ErrorCode, Fault
from app.refused import WriteRefused
from app.widgets.tokens import create_widget_token
from loaders.context import RequestContext
from resolvers.arguments import argument, optional_field
from resolvers.fields import command, entity, made
from resolvers.user_error import UserError, user_error


@strawberry.input(description="Which widget, for whom, and about whom or what.")
class CreateWidgetTokenInput:
    """The argument of `createWidgetToken`."""

    widget: Widget = strawberry.field(description="The widget that the page shows.")
    ats_user_id: str = strawberry.field(
        description="The ATS's own id of the user who is logged in, 1 to 300 characters: the same that "
        "connectSeat names."
    )
    candidate_external_id: str | None = optional_field(
        "The ATS's own id of the candidate: PROFILE needs it, the others take none."
    )
    job_external_id: str | None = optional_field(
        "The ATS's own id of the job: RECOMMENDED needs it, SEARCH may have it, the others take none."
    )
    is_ats_admin: bool | None = strawberry.field(
        default=False,
        description="The partner says that this user administers the ATS, so may request the integration.",
    )


@entity()
class WidgetTokenPayload:
    """A widget token, or why there is none."""

    token: str | None = made(
        "token",
        says="What the page hands to the iframe, which exchanges it once; null if it was refused. Keep it "
        "nowhere.",
    )
    expires_at: datetime | None = made(
        "expiresAt", says="Until when it can be exchanged, a minute from now; null if it was refused."
    )
    user_errors: list[UserError] = made("userErrors", says="What the caller must mend; empty if it was done.")


async def run_create_widget_token(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """See `app.widgets.tokens.create_widget_token`."""
    if context.signing_key is None:
        raise CallerError(
            ErrorCode.FORBIDDEN, "This gateway issues no tokens: RSC_SIGNING_KEY is not set.", status=403
        )
    company = context.viewer.company
    if company is None:
        raise Fault("GraphQL is answered for companies only")
    said = arguments["input"]
    try:
        issued = create_widget_token(
            context.signing_key,
            company,
            context.viewer.partner,
            WidgetClaim(
                Widget[said["widget"]],
                candidate=said.get("candidateExternalId"),
                job=said.get("jobExternalId"),
            ),
            said["atsUserId"],
            is_ats_admin=said.get("isAtsAdmin") is True,
        )
    except WriteRefused as refusal:
        errors = [user_error(refusal.code, refusal.message, *refusal.path)]
        return Outcome(values={"token": None, "expiresAt": None, "userErrors": errors})
    return Outcome(
        values={"token": issued.token, "expiresAt": issued.expires_at.isoformat(), "userErrors": []}
    )


@entity()
class WidgetMutations:
    """What a partner's backend can ask for its users."""

    create_widget_token: WidgetTokenPayload | None = command(
        run_create_widget_token,
        says="What the ATS page hands to the iframe: for one widget, one subject, one ATS user; exchanged "
        "once by the page. Whether the subject exists is not asked.",
        arguments={"input": argument(CreateWidgetTokenInput, "Which widget, for whom.")},
        guards=(requires_role(Role.PARTNER),),
    )
