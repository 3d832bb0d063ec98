"""Whether the context that a key or a record names is the caller's own."""

from typing import Final

from app.errors import CallerError, ErrorCode
from app.ids import linkedin_kind
from app.wire.codes import WireRefused
from app.wire.keys import CONTEXT, Key
from app.wire.request import WireRequest

DATA_PROVIDER: Final = "ATS"
_ORGANIZATION: Final = "organization"
_CONTRACT: Final = "contract"


def check_context(request: WireRequest, context: object, *, may_be_contract: bool = False) -> None:
    """Pass only the company's own organization or, where that is allowed, a contract of the company.

    Raises: WireRefused (BAD_REQUEST) for what is no such URN; CallerError (FORBIDDEN, 403) for another's,
    which refuses the whole call: nobody asks for a foreign company by a slip in one record of a hundred.
    """
    kind = linkedin_kind(context) if isinstance(context, str) else None
    if kind != _ORGANIZATION and not (may_be_contract and kind == _CONTRACT):
        wanted = "an organization's URN" + (" or a contract's" if may_be_contract else "")
        raise WireRefused("BAD_REQUEST", f"integrationContext must be {wanted}.")
    company = request.company
    if kind == _ORGANIZATION and context == company.company_urn:
        return
    if kind == _CONTRACT and any(context == contract.urn for contract in company.contracts):
        return
    raise CallerError(
        ErrorCode.FORBIDDEN,
        "This application may not act for the integrationContext that the request names.",
        status=403,
    )


def check_key(request: WireRequest, key: Key, *, may_be_contract: bool = False) -> None:
    """What every key has to fulfil. Raises: WireRefused for this key only; CallerError as `check_context`."""
    for name, value in key.parts:
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
            raise WireRefused("BAD_USER_INPUT", f"{name or 'ids'} has a character that cannot be stored.")
    if key.get(CONTEXT) is not None:
        check_context(request, key[CONTEXT], may_be_contract=may_be_contract)
    if key.get("dataProvider") not in (None, DATA_PROVIDER):
        raise WireRefused("CONTEXT_MISMATCH", f"dataProvider must be {DATA_PROVIDER}.")
