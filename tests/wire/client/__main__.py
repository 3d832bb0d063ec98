"""The whole journey against a running gateway, once in each spelling of keys.

`python -m tests.wire.client URL CLIENT_ID SECRET PARTNER_ID PARTNER_SECRET ORGANIZATION CONTRACT PERSON
RECRUITER`, where the last four are URNs.
"""

import sys
import time

from tests.wire.client.journey import Customer, Journey
from tests.wire.client.restli import Spelling, Wire


def main() -> None:
    """Run it, printing each step."""
    url, client_id, secret, partner_id, partner_secret, organization, contract, person, recruiter = sys.argv[
        1:
    ]
    now_ms = time.time_ns() // 1_000_000
    customer = Customer(
        organization=organization,
        contract=contract,
        person=person,
        recruiter=recruiter,
        now_ms=now_ms,
    )
    for spelling in Spelling:
        print(f"keys: {spelling.value}")
        wire, partner = Wire(url, spelling), Wire(url, spelling)
        wire.authorize(client_id, secret)
        partner.authorize(partner_id, partner_secret)
        journey = Journey(wire, customer, f"{now_ms}-{spelling.name.lower()}")
        journey.onboard(partner)
        journey.sync()
        journey.read()
        journey.match()
        journey.delete()


main()
