"""What can go wrong with LinkedIn. None of it is the caller's doing, and all of it may be told like that."""

from app.errors import CallerError, ErrorCode


class SourceFault(Exception):
    """A call that brought nothing. `may_be_retried` says whether the same call may go well a moment later."""

    def __init__(self, message: str, *, may_be_retried: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.may_be_retried = may_be_retried


class Throttled(SourceFault):
    """LinkedIn asked to be left alone for `retry_after_s` seconds."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("LinkedIn takes no more calls for the moment.")
        self.retry_after_s = retry_after_s


class NotAsked(SourceFault):
    """A call that was not made: LinkedIn failed lately, or too many calls are under way."""


def unavailable(fault: SourceFault) -> CallerError:
    """The fault as the error of one place in an answer."""
    return CallerError(
        ErrorCode.SOURCE_UNAVAILABLE,
        f"{fault.message} The rest of the answer is complete; ask again later for this profile.",
        status=503,
    )
