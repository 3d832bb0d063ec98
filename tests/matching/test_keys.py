"""Normal forms: which spellings of a profile, an e-mail, a phone, a name or a company are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.keys import (
    company_words,
    email_key,
    phone_key,
    profile_slug,
    region_of,
    words,
)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/john-locke",
        "https://www.linkedin.com/in/John-Locke/",
        "http://linkedin.com/in/john-locke",
        "HTTPS://WWW.LINKEDIN.COM/IN/JOHN-LOCKE",
        "linkedin.com/in/john-locke",
        "//www.linkedin.com/in/john-locke",
        "www.linkedin.com/in/john-locke/details/experience",
        "https://de.linkedin.com/in/john-locke?trk=people-guest&originalSubdomain=de",
        "https://m.linkedin.com/in/john-locke/en-us#about",
        "https://www.linkedin.com/mwlite/in/john-locke",
        "https://www.linkedin.com:443/in/john%2Dlocke",
        "  <https://www.linkedin.com/in/john-locke>  ",
        "/in/john-locke",
        "in/john-locke",
        "(www.linkedin.com/in/john-locke).",
        "https://www.linkedin.com//in//john-locke/de?locale=de_DE",
        "https://www.linkedin.com./in/john-locke",
        "http://uk.mobile.linkedin.com/in/JOHN-LOCKE/overlay/contact-info/",
        "https://www.linkedin.cn/in/john-locke",
        "https://www.linkedin.com/in/john%252Dlocke",
    ],
)
def test_every_spelling_of_a_profile_url_is_the_same_profile(url: str) -> None:
    assert profile_slug(url) == "john-locke"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "john-locke",
        "https://www.linkedin.com/company/john-locke",
        "https://www.linkedin.com/in/",
        "https://linkedin.com.example.com/in/john-locke",
        "https://notlinkedin.com/in/john-locke",
        "https://example.com/in/john-locke",
        "https://example.com/?u=linkedin.com/in/john-locke",
        "http://[::1/in/x",
        "https://www.linkedin.com/in/a%00b",
        "https://www.linkedin.com/in/" + "x" * 3_000,
    ],
)
def test_what_is_no_profile_url_names_nobody(url: str | None) -> None:
    assert profile_slug(url) is None


def test_letters_beyond_ascii_may_be_encoded_or_not() -> None:
    assert profile_slug("https://linkedin.com/in/jos%C3%A9-2") == profile_slug("linkedin.com/in/José-2")
    assert profile_slug("https://linkedin.com/in/jose\u0301-2") == "josé-2"


def test_the_old_form_of_public_profiles_is_turned_round() -> None:
    assert profile_slug("http://www.linkedin.com/pub/john-locke/2/5b1/a94") == "john-locke-a945b12"
    assert profile_slug("http://www.linkedin.com/pub/john-locke/12/5/a94") == "john-locke-a9400512"


@given(st.text(max_size=100) | st.text(max_size=30).map(lambda text: f"https://www.linkedin.com/in/{text}"))
def test_any_text_has_a_key_or_none(text: str) -> None:
    for key in (profile_slug(text), email_key(text), phone_key(text)):
        assert key is None or key
    words(text), company_words(text), region_of(text)


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{1,30})[a-z0-9]", fullmatch=True))
def test_a_slug_is_its_own_normal_form(slug: str) -> None:
    assert profile_slug(f"https://www.linkedin.com/in/{slug}") == slug


@pytest.mark.parametrize(
    ("number", "country", "key"),
    [
        ("555-555-5555", None, "+15555555555"),
        ("+1 (555) 555-5555 ext. 3", None, "+15555555555"),
        ("0049 30 901820", None, "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("030 901820", "Deutschland", "+4930901820"),
        ("030 901820", "germany", "+4930901820"),
        ("+49 30 901820", "US", "+4930901820"),
        ("12", None, None),
        ("call me", None, None),
        (None, None, None),
        ("5" * 60, None, None),
    ],
)
def test_phone_numbers_are_the_same_by_their_international_form(
    number: str | None, country: str | None, key: str | None
) -> None:
    assert phone_key(number, country) == key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (" John@Example.COM ", "john@example.com"),
        ("mailto:john@example.com", "john@example.com"),
        ("<john@example.com.>", "john@example.com"),
        ("John+jobs@example.com", "john@example.com"),
        ("j.o.hn+x+y@gmail.com", "john@gmail.com"),
        ("J.ohn@GoogleMail.com", "john@gmail.com"),
        ("j.ohn@example.com", "j.ohn@example.com"),
        ("+john@example.com", "+john@example.com"),
        ("ｊｏｈｎ@example.com", "john@example.com"),
        ("john", None),
        ("john@localhost", None),
        ("@example.com", None),
        ("x" * 320 + "@example.com", None),
    ],
)
def test_e_mails_are_the_same_without_case_tags_and_what_google_leaves_out(
    address: str, key: str | None
) -> None:
    assert email_key(address) == key


def test_names_are_compared_without_case_accents_and_punctuation() -> None:
    assert words("  Łukasz  O'NEIL-Müßig ") == words("lukasz oneil mussig")
    assert words("Søren Ærø") == words("SOREN AERO")
    assert words("Иванова") == words("ИВАНОВА") == ("ivanova",)
    assert words("王伟") == ("wang", "wei")
    assert words("IŞIL ÇAĞLAYAN") == words("Işıl Çağlayan") == words("isil caglayan")
    assert words("O'Neil") == words("O’Neil") == words("ONeil")
    assert words("...") == ()


def test_companies_are_compared_without_their_legal_form() -> None:
    assert company_words("The Tustin Box Co., Inc.") == company_words("tustin box gmbh")
    assert company_words("SA") == ("sa",)
