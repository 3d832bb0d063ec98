"""Who may send what: a client with a name runs its registered documents by their ids, and nothing else."""

from app.documents.trusted import TrustedDocuments
from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode
from app.http.body import SentRequest


async def admit(sent: SentRequest, client: str | None, documents: TrustedDocuments) -> GraphQLRequest:
    """The request as the engine takes it. `client` is the token's; its ids mean nothing to others.

    Raises: CallerError, FORBIDDEN for a client's own document, PERSISTED_QUERY_NOT_FOUND for an unknown id.
    """
    if client is None:
        if isinstance(sent, GraphQLRequest):
            return sent
        if sent.query is None:
            raise CallerError(
                ErrorCode.PERSISTED_QUERY_NOT_FOUND,
                "Ids of documents are for tokens that name a client; send the document as `query`.",
            )
        return GraphQLRequest(sent.query, sent.operation_name, sent.variables)
    if isinstance(sent, GraphQLRequest):
        raise _registered_only(client)
    document = await documents.find(client, sent.document_id)
    if sent.query is not None and sent.query != document:
        raise _registered_only(client)
    if document is None:
        raise CallerError(
            ErrorCode.PERSISTED_QUERY_NOT_FOUND, f"The client {client!r} has no document of this id."
        )
    return GraphQLRequest(document, sent.operation_name, sent.variables)


def _registered_only(client: str) -> CallerError:
    return CallerError(
        ErrorCode.FORBIDDEN,
        f"This token is the client {client!r}'s, which runs registered documents only: send `documentId`.",
        status=403,
    )
