"""The widgets' pages, what these need, and the exchange of tokens that they begin with."""

from app.http.widgets.routes import widget_routes

__all__ = ["widget_routes"]
