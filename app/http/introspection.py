"""Who may read the schema: by introspection, and by what GraphiQL asks beside it."""

from app.access.features import Role
from app.access.guards import Grants
from app.settings import Settings


def may_introspect(grants: Grants, settings: Settings) -> bool:
    """Staff, and everybody where introspection is open (the demo)."""
    return settings.open_introspection or Role.STAFF in grants.roles
