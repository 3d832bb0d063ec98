"""A write that was not done because the caller must mend something first."""


class WriteRefused(Exception):
    """What the caller did wrong, as data for a payload's `userErrors`. Nothing was changed.

    Raised within a transaction, it rolls that back. `path` names the argument and the fields inside it.
    """

    def __init__(self, code: str, message: str, *path: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path


def not_found(what: str, *path: str) -> WriteRefused:
    """The id is unknown, malformed or another company's: which of them is never told."""
    return WriteRefused("NOT_FOUND", f"No {what} of this company has this id.", *path)
