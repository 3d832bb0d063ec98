"""Where the demo's people live, and how telephone numbers are written there."""

from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Country:
    """A country, its calling code, and the `trunk` digits that precede a number inside it."""

    code: str
    name: str
    calling_code: int
    trunk: str


@dataclass(frozen=True, slots=True)
class Place:
    """A city. `postal` and `mobile` (a number without country and trunk) have `#` for a free digit.

    `naming` is the mimesis locale of the names that are usual there; 'ja' and 'zh' are `names`' own.
    """

    city: str
    region: str
    country: Country
    postal: str
    street: str
    mobile: str
    naming: str

    @property
    def location(self) -> str:
        """As LinkedIn would show it: city and country."""
        return f"{self.city}, {self.country.name}"


_COUNTRIES: Final = {
    "DE": Country("DE", "Germany", 49, "0"),
    "AT": Country("AT", "Austria", 43, "0"),
    "CH": Country("CH", "Switzerland", 41, "0"),
    "FR": Country("FR", "France", 33, "0"),
    "ES": Country("ES", "Spain", 34, ""),
    "PT": Country("PT", "Portugal", 351, ""),
    "IT": Country("IT", "Italy", 39, ""),
    "NL": Country("NL", "Netherlands", 31, "0"),
    "PL": Country("PL", "Poland", 48, ""),
    "CZ": Country("CZ", "Czechia", 420, ""),
    "SE": Country("SE", "Sweden", 46, "0"),
    "DK": Country("DK", "Denmark", 45, ""),
    "FI": Country("FI", "Finland", 358, "0"),
    "HU": Country("HU", "Hungary", 36, "06"),
    "GR": Country("GR", "Greece", 30, ""),
    "TR": Country("TR", "Türkiye", 90, "0"),
    "UA": Country("UA", "Ukraine", 380, "0"),
    "GB": Country("GB", "United Kingdom", 44, "0"),
    "IE": Country("IE", "Ireland", 353, "0"),
    "US": Country("US", "United States", 1, ""),
    "CA": Country("CA", "Canada", 1, ""),
    "BR": Country("BR", "Brazil", 55, "0"),
    "JP": Country("JP", "Japan", 81, "0"),
    "TW": Country("TW", "Taiwan", 886, "0"),
}

PLACES: Final[tuple[Place, ...]] = (
    Place("Berlin", "Berlin", _COUNTRIES["DE"], "10###", "Torstraße", "1512#######", "de"),
    Place("Hamburg", "Hamburg", _COUNTRIES["DE"], "20###", "Deichstraße", "1525#######", "de"),
    Place("München", "Bayern", _COUNTRIES["DE"], "80###", "Lindwurmstraße", "1761#######", "de"),
    Place("Wien", "Wien", _COUNTRIES["AT"], "10#0", "Neubaugasse", "66412#####", "de-at"),
    Place("Zürich", "Zürich", _COUNTRIES["CH"], "80##", "Badenerstrasse", "7934#####", "de-ch"),
    Place("Lyon", "Auvergne-Rhône-Alpes", _COUNTRIES["FR"], "6900#", "Rue Garibaldi", "612######", "fr"),
    Place("Paris", "Île-de-France", _COUNTRIES["FR"], "750##", "Rue Oberkampf", "623######", "fr"),
    Place("Barcelona", "Catalunya", _COUNTRIES["ES"], "080##", "Carrer de Sants", "612######", "es"),
    Place("Lisboa", "Lisboa", _COUNTRIES["PT"], "1200", "Rua da Bica", "912######", "pt"),
    Place("Milano", "Lombardia", _COUNTRIES["IT"], "201##", "Via Savona", "3471######", "it"),
    Place("Amsterdam", "Noord-Holland", _COUNTRIES["NL"], "101# AB", "Javastraat", "61#######", "nl"),
    Place("Warszawa", "Mazowieckie", _COUNTRIES["PL"], "00-1##", "Ulica Chmielna", "512######", "pl"),
    Place("Praha", "Praha", _COUNTRIES["CZ"], "110 00", "Vinohradská", "602######", "cs"),
    Place("Stockholm", "Stockholm", _COUNTRIES["SE"], "11# 20", "Hornsgatan", "7015#####", "sv"),
    Place("København", "Hovedstaden", _COUNTRIES["DK"], "22##", "Nørrebrogade", "2012####", "da"),
    Place("Helsinki", "Uusimaa", _COUNTRIES["FI"], "001#0", "Hämeentie", "4012#####", "fi"),
    Place("Budapest", "Budapest", _COUNTRIES["HU"], "10##", "Váci utca", "2012#####", "hu"),
    Place("Αθήνα", "Attica", _COUNTRIES["GR"], "105 ##", "Πατησίων", "69712#####", "el"),
    Place("İstanbul", "İstanbul", _COUNTRIES["TR"], "34###", "Bağdat Caddesi", "53212#####", "tr"),
    Place("Київ", "Kyiv", _COUNTRIES["UA"], "010##", "Хрещатик", "6712#####", "uk"),
    Place("London", "England", _COUNTRIES["GB"], "E1 #AB", "Bethnal Green Road", "7911######", "en-gb"),
    Place("Manchester", "England", _COUNTRIES["GB"], "M1 #DE", "Tib Street", "7912######", "en-gb"),
    Place("Dublin", "Leinster", _COUNTRIES["IE"], "D0# X2", "Camden Street", "8512#####", "en-gb"),
    Place("Seattle", "Washington", _COUNTRIES["US"], "981##", "Pike Street", "20655501##", "en"),
    Place("Austin", "Texas", _COUNTRIES["US"], "787##", "Congress Avenue", "51255501##", "en"),
    Place("Boston", "Massachusetts", _COUNTRIES["US"], "021##", "Tremont Street", "61755501##", "en"),
    Place("Toronto", "Ontario", _COUNTRIES["CA"], "M5# 1A1", "Queen Street", "41655501##", "en-ca"),
    Place("São Paulo", "São Paulo", _COUNTRIES["BR"], "013##-000", "Rua Augusta", "119712#####", "pt-br"),
    Place("東京", "東京都", _COUNTRIES["JP"], "150-00##", "渋谷", "9012######", "ja"),
    Place("台北", "台北市", _COUNTRIES["TW"], "10#", "忠孝東路", "912######", "zh"),
)


def fill(pattern: str, rng: Random) -> str:
    """`pattern` with each `#` replaced by a digit."""
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in pattern)


@dataclass(frozen=True, slots=True)
class Phone:
    """One mobile number in the two ways in which people write it."""

    international: str
    national: str


def mobile_number(place: Place, rng: Random) -> Phone:
    """A number of the country's mobile range: '+49 151 2345 6789' and '0151 2345 6789'."""
    digits = fill(place.mobile, rng)
    area, rest = digits[:3], digits[3:]
    grouped = f"{area} {rest[: len(rest) // 2]} {rest[len(rest) // 2 :]}"
    return Phone(
        international=f"+{place.country.calling_code} {grouped}", national=f"{place.country.trunk}{grouped}"
    )
