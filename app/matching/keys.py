"""Normal forms: what must be equal for two names, e-mails, phones, companies or profile URLs to be the same.

Everything here is pure. The database finds rows by keys that are coarser (migration 0006); what these
functions say decides.
"""

import re
import unicodedata
from functools import cache
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import phonenumbers
from phonenumbers.geodata.locale import LOCALE_DATA

DEFAULT_REGION: Final = "US"
"""Where a phone number without country code is taken to be, if the address does not say."""
PHONE_LENGTH_MAX: Final = 50
"""Characters of a phone number that are looked at."""

_LETTERS: Final = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
)
_NO_WORD: Final = re.compile(r"[\W_]+")
_LEGAL_FORMS: Final = frozenset(
    re.findall(
        r"\w+",
        "inc incorporated llc llp lp ltd limited corp corporation co company gmbh ag kg se sa sas sarl srl "
        "spa bv nv ab as oy oyj aps plc pty pvt kk the",
    )
)
_LINKEDIN_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)?linkedin\.com", re.IGNORECASE)
_MEMBER_PATH: Final = re.compile(r"/(?:mwlite/)?in/([^/]+)", re.IGNORECASE)
_OLD_PUBLIC_PATH: Final = re.compile(
    r"/pub/([^/]+)/([0-9a-f]{1,2})/([0-9a-f]{1,3})/([0-9a-f]{1,3})(?:/|$)", re.IGNORECASE
)
_SLUG: Final = re.compile(r"[^\s/?#]{1,200}")


def words(text: str | None) -> tuple[str, ...]:
    """The words of a name or title, without case, accents, punctuation: `Łukasz O'Neil` → lukasz, oneil."""
    if not text:
        return ()
    text = text.translate(_LETTERS).replace("'", "").replace("’", "")
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return tuple(word for word in _NO_WORD.split(plain) if word)


def company_words(name: str | None) -> tuple[str, ...]:
    """The words of a company's name without its legal form: `The Tustin Box Co., Inc.` → tustin, box."""
    all_words = words(name)
    return tuple(word for word in all_words if word not in _LEGAL_FORMS) or all_words


def email_key(address: str | None) -> str | None:
    """An e-mail address in lower case; None for what is none. At most 320 characters."""
    key = unicodedata.normalize("NFKC", address or "").strip().casefold()
    name, at, host = key.rpartition("@")
    return key if name and at and "." in host and len(key) <= 320 else None


def phone_key(number: str | None, country: str | None = None) -> str | None:
    """A phone number as E.164 without extension (`+15555555555`); None for what is none.

    `country` is an ISO code or a name in any language; it matters for numbers without country code only.
    """
    if not number or len(number) > PHONE_LENGTH_MAX:
        return None
    text = unicodedata.normalize("NFKC", number).strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        parsed = phonenumbers.parse(text, region_of(country) or DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def region_of(country: str | None) -> str | None:
    """The ISO code of a country given as code or as a name in any language, or None."""
    if not country:
        return None
    if len(code := country.strip().upper()) == 2 and code in LOCALE_DATA:
        return code
    return _regions_by_name().get(" ".join(words(country)))


def profile_slug(url: str | None) -> str | None:
    """What names the member in a profile URL, decoded and in lower case; None if it is not such a URL.

    All of these are `john-locke`: https://www.linkedin.com/in/John-Locke/, de.linkedin.com/in/john-locke?x=1,
    http://m.linkedin.com/in/john-locke/en-us#about, linkedin.com/mwlite/in/john-locke, /in/john-locke.
    """
    if not url or len(url) > 2_000:
        return None
    text = url.strip().strip("<>")
    try:
        parts = urlsplit(text if "//" in text[:10] else f"//{text.lstrip('/')}")
        host = parts.hostname or ""
    except ValueError:
        return None
    path = parts.path
    if host == "in":
        path = f"/in{path}"
    elif not _LINKEDIN_HOST.fullmatch(host):
        return None
    if old := _OLD_PUBLIC_PATH.match(path):
        # LinkedIn made these into /in/name-cbbbaaa by turning the three groups round.
        name, first, second, third = old.groups()
        return _slug(f"{name}-{third}{second:0>3}{first}")
    found = _MEMBER_PATH.match(path)
    return _slug(found[1]) if found else None


def stored_slugs(url: str | None) -> tuple[str, ...]:
    """How `member_profile_slug` of the database may spell this profile: decoded, and percent-encoded."""
    slug = profile_slug(url)
    if slug is None:
        return ()
    return tuple(dict.fromkeys((slug, quote(slug, safe="-_.~").lower())))


def _slug(text: str) -> str | None:
    slug = unicodedata.normalize("NFC", unquote(text)).lower()
    return slug if _SLUG.fullmatch(slug) and "\x00" not in slug else None


@cache
def _regions_by_name() -> dict[str, str]:
    """Country names in all languages; an entry that begins with * only points to another language."""
    return {
        key: region
        for region, names in LOCALE_DATA.items()
        for name in names.values()
        if not name.startswith("*") and (key := " ".join(words(name)))
    }
