"""What the ATS is told by calls to its callback, and how that went."""

from datetime import datetime

import strawberry

from app.access.features import DescribedEnum, graphql_enum
from loaders.tables import NOTIFICATION
from resolvers.fields import column, entity, own_id
from resolvers.node import Node


@graphql_enum
class NotificationType(DescribedEnum):
    """What a notification is about, spelled as in its body."""

    EXPORT_CANDIDATE_PROFILE = "EXPORT_CANDIDATE_PROFILE", "A recruiter sent a member to a job."
    INTEGRATION_STATUS_CHANGE = "INTEGRATION_STATUS_CHANGE", "The integration has come into another state."


@graphql_enum
class NotificationState(DescribedEnum):
    """How far the delivery of a notification has come."""

    PENDING = "PENDING", "Waits for its next attempt, or is being tried."
    DELIVERED = "DELIVERED", "The ATS has taken it."
    DEAD = "DEAD", "Given up after 24 hours; resendNotification tries for another 24 hours."


@entity(table=NOTIFICATION, public=True)
class Notification(Node):
    """One call to the ATS's callback, with all its attempts. It holds ids and states, and nothing of anybody.

    By its id it is there for whoever may list notifications, and null for all others. What was delivered is
    kept for 30 days.
    """

    id: strawberry.ID = own_id("event")
    type: NotificationType = column(says="What it is about.")
    state: NotificationState = column(says="How far its delivery has come.")
    request_id: strawberry.ID = column(
        "{t}.id",
        says="`requestId` and `id` of the call's body, and its `webhook-id`: the same at each attempt.",
    )
    created_at: datetime = column(says="When what it tells of happened.")
    next_attempt_at: datetime | None = column(
        "case when {t}.state = 'PENDING' then {t}.next_attempt_at end",
        says="When it is tried next; null where it is tried no more.",
    )
    give_up_at: datetime = column(says="Until when it is tried, or was.")
    delivered_at: datetime | None = column(says="When the ATS took it; null until then.")
    attempts: int = column(says="How often the ATS has been called for it.")
    last_error: str | None = column(says="Why the last attempt failed, if it did.")
