"""The demo's people, as DESIGN.md lists them."""

from app.auth.issuers import IssuerRegistry, own_issuers
from app.auth.personas import PERSONAS
from app.auth.tokens import TokenVerifier
from tests.auth.forge import KEY

TABLE = """
recruiter               RECRUITER                  1001  7001  5001  -
recruiter-admin         RECRUITER,RECRUITER_ADMIN  1001  7002  5001  -
recruiter-company-wide  RECRUITER                  1001  7003  5002  -
recruiter-lite          RECRUITER                  1001  7004  5003  -
recruiter-parked        RECRUITER                  1001  7005  5001  -
ats-user                ATS_USER                   1001  -     -     Demo_ATS
ats-admin               ATS_ADMIN,ATS_USER         1001  -     -     Demo_ATS
partner                 PARTNER                    1001  -     -     Demo_ATS
support                 SUPPORT                    1001  -     -     -
staff                   STAFF                      1001  -     -     -
outsider                RECRUITER                  2002  7101  6001  -
"""


def _number(urn: str | None) -> str:
    return urn.rsplit(":", 1)[1] if urn else "-"


def test_the_personas_are_these() -> None:
    shown = [
        [
            name,
            ",".join(sorted(one.roles)),
            _number(one.company),
            _number(one.seat),
            _number(one.contract),
            (one.partner or "-").replace(" ", "_"),
        ]
        for name, one in PERSONAS.items()
    ]
    assert shown == [line.split() for line in TABLE.strip().splitlines()]


async def test_each_persona_gets_a_token_that_says_who_it_is() -> None:
    verifier = TokenVerifier(IssuerRegistry(own_issuers(KEY, development_tokens=True)))
    for name, persona in PERSONAS.items():
        said = await verifier.verify(persona.token(KEY))
        assert said.subject == f"demo:{name}"
        assert (said.roles, said.company, said.seat) == (persona.roles, persona.company, persona.seat)
        assert said.partner == persona.partner
