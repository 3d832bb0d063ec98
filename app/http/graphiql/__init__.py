"""Our own GraphiQL: the page, its assets and its example operations, with no request to any other origin.

`assets/` is third-party code with its licences, built by `rebuild/`; `page/` is ours, served as it
stands; `examples/` holds one operation a file, opened as tabs in the order of their numbers.
"""

from app.http.graphiql.insight import insight_routes
from app.http.graphiql.routes import Persona, PersonaSource, graphiql_routes

__all__ = ["Persona", "PersonaSource", "graphiql_routes", "insight_routes"]
