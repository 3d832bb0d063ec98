"""Telling the ATS again what it did not take."""

from collections.abc import Mapping
from typing import Any

import strawberry

from app.access.directives import requires_role
from app.access.features import Role
from app.engine.mapping import Outcome
from app.exports.progress import resend_notification
from app.integration.life import NO_INTEGRATION
from app.refused import WriteRefused
from loaders.context import RequestContext
from loaders.tables import NOTIFICATION
from resolvers.arguments import argument
from resolvers.fields import command, entity, made, reference
from resolvers.notification import Notification
from resolvers.user_error import UserError
from resolvers.writes import done, own_key, refused_as


@strawberry.input(description="Which notification to send again.")
class ResendNotificationInput:
    """The argument of `resendNotification`."""

    notification_id: strawberry.ID = strawberry.field(description="The notification's id.")


@entity()
class NotificationPayload:
    """What became of a mutation on a notification."""

    notification: Notification | None = reference(
        NOTIFICATION,
        "notification",
        says="The notification as it stands now; null where something was wrong.",
    )
    user_errors: list[UserError] = made(
        "userErrors", says="What kept it from being done; empty if it was done."
    )


async def run_resend_notification(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """See `app.exports.progress.resend_notification`; the partner's own while it acts for the ATS."""
    company = context.viewer.company
    try:
        if company is None or (company.integration is None and not context.holds(Role.SUPPORT)):
            raise WriteRefused(*NO_INTEGRATION)
        partner = None
        if not context.holds(Role.SUPPORT):
            assert company.integration is not None
            partner = company.integration.partner_name
        key = own_key(
            arguments["input"]["notificationId"], "event", "notification", "input", "notificationId"
        )
        await resend_notification(context.pool, company.company_id, event_id=key, partner=partner)
    except WriteRefused as refusal:
        return refused_as("notification", refusal)
    return done("notification", key)


@entity()
class NotificationMutations:
    """What can be done about calls that the ATS did not take."""

    resend_notification: NotificationPayload | None = command(
        run_resend_notification,
        says="Tell the ATS again what was given up, an export or a change of the integration, for another 24 "
        "hours. What waits already goes on waiting.",
        arguments={"input": argument(ResendNotificationInput, "Which notification to send again.")},
        guards=(requires_role(Role.PARTNER, Role.SUPPORT),),
    )
