"""Applications that call with trusted documents."""

from datetime import datetime

from resolvers.fields import entity, key


@entity()
class TrustedOperation:
    """A document that a client may run by its id, without sending its text."""

    document_id: str = key("documentId", says="SHA-256 of the document in hex: what the client sends.")
    name: str = key("name", says="The name of its operation.")
    document: str = key("document", says="Its text, as it was registered.")
    added_at: datetime = key("addedAt", says="When it was registered; earlier ones stay valid.")


@entity()
class Client:
    """A widget or a partner's application that calls with trusted documents."""

    name: str = key("name", says="The client's name, as tokens and registerOperations have it.")
    operations: list[TrustedOperation] = key(
        "operations", says="The documents that it may run, by name, the newest first among equals."
    )
