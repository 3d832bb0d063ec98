"""The mutation's root: what each area adds to it."""

from resolvers.client_mutations import ClientMutations
from resolvers.export_mutations import ExportMutations
from resolvers.fields import entity
from resolvers.integration_mutations import IntegrationMutations
from resolvers.notification_mutations import NotificationMutations
from resolvers.record_mutations import RecordMutations
from resolvers.seat_mutations import SeatMutations
from resolvers.sync_mutations import SyncMutations
from resolvers.widget_mutations import WidgetMutations


@entity()
class Mutation(
    IntegrationMutations,
    ExportMutations,
    NotificationMutations,
    RecordMutations,
    SyncMutations,
    SeatMutations,
    WidgetMutations,
    ClientMutations,
):
    """What can be done. What the caller did wrong is in a payload's userErrors; refusals are errors."""
