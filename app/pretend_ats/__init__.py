"""A pretend ATS: the pages of a vendor that embeds the widgets, for the demo and as an example to read.

It is a client like any other. It knows the gateway's address and the credentials of its customer's
application, and nothing else of it: whatever it shows comes by HTTP.
"""

from app.pretend_ats.server import AtsSettings, build_ats

__all__ = ["AtsSettings", "build_ats"]
