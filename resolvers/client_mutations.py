"""Registering the trusted documents of a client."""

from collections.abc import Mapping
from typing import Any

import strawberry

from app.access.directives import requires_role
from app.access.features import Role
from app.documents.register import DocumentsRefused, register_operations
from app.engine.mapping import Outcome
from app.errors import Fault
from loaders.clients import client_named
from loaders.context import RequestContext
from resolvers.arguments import argument
from resolvers.client import Client
from resolvers.fields import command, entity, made
from resolvers.user_error import UserError, user_error


@strawberry.input(description="A client, and documents that it may run by their ids.")
class RegisterOperationsInput:
    """The argument of `registerOperations`."""

    client: str = strawberry.field(
        description="The client's name, as its tokens have it: 1 to 100 of a-z, 0-9, '.' and '-'."
    )
    documents: list[str] = strawberry.field(
        description="At most 200 documents, each with one operation that has a name. The id is the text's "
        "SHA-256 in hex."
    )


@entity()
class ClientPayload:
    """What became of a write on a client."""

    client: Client | None = made("client", says="The client with all of its operations; null if refused.")
    user_errors: list[UserError] = made("userErrors", says="What the caller must mend; empty if it was done.")


async def run_register_operations(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """See `app.documents.register.register_operations`."""
    if context.check_document is None:
        raise Fault("Documents are registered where the engine can read them.")
    said = arguments["input"]
    try:
        await register_operations(context.pool, context.check_document, said["client"], said["documents"])
    except DocumentsRefused as refused:
        errors = [user_error(one.code, one.message, *one.path) for one in refused.refusals]
        return Outcome(values={"client": None, "userErrors": errors})
    client = await client_named(context, said["client"])
    return Outcome(values={"client": client, "userErrors": []})


@entity()
class ClientMutations:
    """What staff can say of the applications that call."""

    register_operations: ClientPayload | None = command(
        run_register_operations,
        says="Trusted documents of a client, all of them or none; earlier ones stay valid.",
        arguments={"input": argument(RegisterOperationsInput, "Which documents for which client.")},
        guards=(requires_role(Role.STAFF),),
    )
