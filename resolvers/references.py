"""Nouns by name, for nouns that refer to each other in a circle."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from resolvers.application import Application
    from resolvers.candidate import Candidate
    from resolvers.contract import Contract
    from resolvers.job import Job
    from resolvers.member import Member

ApplicationRef: TypeAlias = Annotated["Application", strawberry.lazy("resolvers.application")]
CandidateRef: TypeAlias = Annotated["Candidate", strawberry.lazy("resolvers.candidate")]
ContractRef: TypeAlias = Annotated["Contract", strawberry.lazy("resolvers.contract")]
JobRef: TypeAlias = Annotated["Job", strawberry.lazy("resolvers.job")]
MemberRef: TypeAlias = Annotated["Member", strawberry.lazy("resolvers.member")]
