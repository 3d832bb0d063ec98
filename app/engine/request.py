"""What the engine is asked, and how it says that an operation never ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class GraphQLRequest:
    """One operation of one document; `variables` are as they came, before coercion."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any] | None


class RequestRefused(Exception):
    """The operation never ran: it did not parse, keep the limits or validate, or its variables are wrong.

    `errors` are entries of a GraphQL response, each with `extensions.code`. `status` is the HTTP status for
    `application/graphql-response+json`.
    """

    def __init__(self, errors: Sequence[dict[str, Any]], status: int = 400) -> None:
        super().__init__(errors[0]["message"] if errors else "refused")
        self.errors = list(errors)
        self.status = status
