"""What a caller did wrong, as data of a payload."""

from typing import Any

from resolvers.fields import entity, key


@entity()
class UserError:
    """Something in the mutation's input that kept it from being done; nothing was changed."""

    code: str = key("code", says="What is wrong, for a program: NOT_FOUND, DO_NOT_CONTACT and the like.")
    message: str = key("message", says="What is wrong and how to mend it, in a sentence for a person.")
    path: list[str] | None = key("path", says="Where in the arguments, outermost first; null if nowhere.")


def user_error(code: str, message: str, *path: str) -> dict[str, Any]:
    """A value for `UserError`; `path` names the argument and the fields inside it."""
    return {"code": code, "message": message, "path": list(path) or None}
