"""What resources there are: which keys they have, which methods and finders answer, and what is checked
before.

A resource is a module in `app.wire.resources` with a `RESOURCE` (or several in `RESOURCES`), which
`routes.py` lists. Handlers get a `WireRequest` that has passed these checks: a valid token with the role
PARTNER; a company (unless `for_partner`), whose integration is enabled (unless `while_disabled`); at most 100
keys or entities; of every key `dataProvider` is ATS, and `integrationContext` is the company's own
organization or, with
`contract_context`, one of its contracts.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from app.wire.answers import Handled
from app.wire.keys import KeyForm
from app.wire.request import Method, WireRequest

Handler: TypeAlias = Callable[[WireRequest], Awaitable[Handled]]

SIMPLE: Final = KeyForm()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource.

    `path` is its name below `/v2/`, with the parent's before it: `atsCandidates/notes` for
    `/v2/atsCandidates/{key}/notes`. `methods` are by the batch form, `finders` by the value of `q`, `actions`
    by that of `action`. `while_disabled`: answers although the integration is not enabled. `for_partner`: is
    for a partner's own application and for nobody else. `contract_context`: a key's integrationContext may
    be a contract. `ties`: a partial update ties an application that acts for no company to that of its keys.
    """

    path: str
    key: KeyForm = SIMPLE
    parent: KeyForm | None = None
    methods: Mapping[Method, Handler] = field(default_factory=dict)
    finders: Mapping[str, Handler] = field(default_factory=dict)
    actions: Mapping[str, Handler] = field(default_factory=dict)
    while_disabled: bool = False
    for_partner: bool = False
    contract_context: bool = False
    ties: bool = False
