"""Normal forms: what must be equal for two names, e-mails, phones, companies or profile URLs to be the same.

Everything here is pure, and the same for what the ATS says and for what LinkedIn knows.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

import phonenumbers
from anyascii import anyascii
from phonenumbers.geodata.locale import LOCALE_DATA

DEFAULT_REGION: Final = "US"
"""Where a phone number without country code is taken to be, if the address does not say."""
PHONE_LENGTH_MAX: Final = 50
"""Characters of a phone number that are looked at."""
WORDS_LENGTH_MAX: Final = 500
"""Characters of a name or title that are looked at."""
EMAIL_LENGTH_MAX: Final = 320

_NO_WORD: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼ`´")
_SIGN_OF_ITS_OWN: Final = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])")
"""Chinese, Japanese and Korean signs: a syllable each, so each is a word in Latin letters."""
_LEGAL_FORMS: Final = frozenset(
    re.findall(
        r"\w+",
        "inc incorporated llc llp lp ltd limited corp corporation co company gmbh mbh ag kg kgaa se sa sas "
        "sarl srl spa bv nv ab as oy oyj aps plc pty pvt kk ooo oao zao pao ae the",
    )
)
_GOOGLE_HOSTS: Final = frozenset({"gmail.com", "googlemail.com"})
_LINKEDIN_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)*linkedin\.(?:com|cn)\.?", re.IGNORECASE)
_MEMBER_PATH: Final = re.compile(r"/+(?:mwlite/+)?(?:profile/+)?in/+([^/]+)", re.IGNORECASE)
_OLD_PUBLIC_PATH: Final = re.compile(
    r"/+pub/+([^/]+)/([0-9a-f]{1,2})/([0-9a-f]{1,3})/([0-9a-f]{1,3})(?:/|$)", re.IGNORECASE
)
_SLUG: Final = re.compile(r"[^\s/?#]{1,200}")


@lru_cache(maxsize=50_000)
def words(text: str | None) -> tuple[str, ...]:
    """The words of a name or title in plain Latin letters, without case, accents, punctuation.

    `Łukasz O'Neil` → lukasz, oneil; `Щербакова` → shcherbakova; `王伟` → wang, wei.
    """
    return _words(text) if text else ()


def _words(text: str) -> tuple[str, ...]:
    text = text[:WORDS_LENGTH_MAX].translate(_APOSTROPHES)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = anyascii(_SIGN_OF_ITS_OWN.sub(r" \1 ", text)).translate(_APOSTROPHES)
    return tuple(word for word in _NO_WORD.split(text.lower()) if word)


@lru_cache(maxsize=20_000)
def company_words(name: str | None) -> tuple[str, ...]:
    """The words of a company's name without its legal form: `The Tustin Box Co., Inc.` → tustin, box."""
    all_words = words(name)
    return tuple(word for word in all_words if word not in _LEGAL_FORMS) or all_words


def email_key(address: str | None) -> str | None:
    """What names the mailbox: lower case, without a tag; None for what is no e-mail address.

    `Anna.Schmidt+jobs@GoogleMail.com` → annaschmidt@gmail.com. What follows a plus is the owner's own note
    with nearly every provider (RFC 5233), and people give such addresses to job boards above all. Dots are
    left out for Google's two hosts only, which document it; elsewhere they make another mailbox.
    """
    key = unicodedata.normalize("NFKC", address or "").strip().casefold().removeprefix("mailto:")
    name, at, host = key.strip("<> ").rpartition("@")
    host = host.rstrip(".")
    name = name.partition("+")[0] or name
    if host in _GOOGLE_HOSTS:
        name, host = name.replace(".", "") or name, "gmail.com"
    key = f"{name}@{host}"
    return key if name and at and "." in host and len(key) <= EMAIL_LENGTH_MAX else None


@lru_cache(maxsize=20_000)
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
    text = url.strip().lstrip("<([\"'").rstrip(">)]\"'.,;:!")
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


def _slug(text: str) -> str | None:
    # Twice, because addresses that were encoded once more on their way are common.
    slug = unicodedata.normalize("NFC", unquote(unquote(text))).lower()
    return slug if _SLUG.fullmatch(slug) and "\x00" not in slug else None


@cache
def _regions_by_name() -> dict[str, str]:
    """Country names in all languages; an entry that begins with * only points to another language."""
    return {
        key: region
        for region, names in LOCALE_DATA.items()
        for name in names.values()
        if not name.startswith("*") and (key := " ".join(_words(name)))
    }
