"""Where the service's own signing key is: in the settings, or in the data folder as the demo left it."""

from pathlib import Path

from app.auth.keys import SigningKey, ensure_signing_key, load_signing_key
from app.errors import CallerError, ErrorCode
from app.settings import Settings


def signing_key(settings: Settings) -> SigningKey | None:
    """The key that our own tokens are signed with: `RSC_SIGNING_KEY`.

    Where development tokens are on and none is set, one is made in the data folder. Elsewhere there is
    none, and only the registered issuers' tokens count.
    """
    if settings.signing_key is not None:
        return load_signing_key(settings.signing_key)
    return ensure_signing_key(_file(settings)) if settings.development_tokens else None


def development_key(settings: Settings) -> SigningKey:
    """The key of development tokens, from the settings or as the demo left it in the data folder.

    Raises: CallerError (FORBIDDEN) where development tokens are off.
    """
    if settings.development_tokens:
        key = signing_key(settings)
        assert key is not None
        return key
    if _file(settings).exists():
        return load_signing_key(str(_file(settings).absolute()))
    raise CallerError(
        ErrorCode.FORBIDDEN,
        f"Development tokens are off here: the data folder {settings.data_dir} has no demo's key. Start "
        "`rsc demo`, name its folder (RSC_DATA_DIR), or set RSC_DEVELOPMENT_TOKENS=1.",
        status=403,
    )


def _file(settings: Settings) -> Path:
    return settings.data_dir / "signing-key.json"
