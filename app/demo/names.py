"""Names from many countries, each with a Latin spelling for e-mail addresses and profile URLs."""

import unicodedata
from dataclasses import dataclass
from random import Random
from typing import Final

from mimesis import Person as NameSource
from mimesis.enums import Gender
from mimesis.locales import Locale

# Each pair is a letter and its Latin spelling, which may be empty.
_GREEK: Final = "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo"
_CYRILLIC: Final = (
    "аa бb вv гh ґg дd еe жzh зz иy кk лl мm нn оo пp "
    "рr сs тt уu фf хkh цts чch шsh щshch ь юiu яia єie іi їi йi ёe"
)
_LATIN: Final = "ßss øo łl đd æae œoe ıi ðd þth"
_SPELLINGS: Final = {pair[0]: pair[1:] for letters in (_GREEK, _CYRILLIC, _LATIN) for pair in letters.split()}

# The order here is family name, then given name; mimesis has these names without a Latin spelling.
_OWN: Final = {
    "ja": (
        *("佐藤 sato", "鈴木 suzuki", "高橋 takahashi", "田中 tanaka", "渡辺 watanabe", "伊藤 ito"),
        *("山本 yamamoto", "中村 nakamura", "小林 kobayashi", "加藤 kato", "吉田 yoshida", "山田 yamada"),
    ),
    "zh": (
        *("陳 chen", "林 lin", "黃 huang", "張 chang", "李 lee", "王 wang"),
        *("吳 wu", "劉 liu", "蔡 tsai", "楊 yang", "許 hsu", "鄭 cheng"),
    ),
}
_OWN_GIVEN: Final = {
    "ja": (
        *("陽子 yoko", "健太 kenta", "美咲 misaki", "大輔 daisuke", "彩 aya", "翔 sho"),
        *("直樹 naoki", "香織 kaori", "拓也 takuya", "由美 yumi", "亮 ryo", "恵 megumi"),
    ),
    "zh": (
        *(
            "怡君 yi-chun",
            "志明 chih-ming",
            "雅婷 ya-ting",
            "家豪 chia-hao",
            "淑芬 shu-fen",
            "俊傑 chun-chieh",
        ),
        *(
            "佩珊 pei-shan",
            "冠宇 kuan-yu",
            "欣怡 hsin-yi",
            "建宏 chien-hung",
            "詩涵 shih-han",
            "宗翰 tsung-han",
        ),
    ),
}


def latin(text: str) -> str:
    """`text` in lower-case ASCII letters, digits and hyphens, as it may stand in an address or a URL."""
    lowered = unicodedata.normalize("NFC", text).lower().replace("ου", "ou").replace("ού", "ou")
    spelled = "".join(_SPELLINGS.get(sign, sign) for sign in lowered)
    # Accented Greek and Cyrillic letters decompose to the plain ones only now.
    bare = "".join(s for s in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(s))
    plain = "".join(_SPELLINGS.get(sign, sign) for sign in bare)
    return "-".join("".join(s if s.isascii() and s.isalnum() else " " for s in plain).split())


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name and its Latin spelling."""

    first: str
    last: str
    latin_first: str
    latin_last: str


class Names:
    """Draws names, each full name at most once; the same seed gives the same names in the same order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sources: dict[str, NameSource] = {}
        self._taken: set[str] = set()

    def reserve(self, first: str, last: str) -> Name:
        """A name chosen by hand; nobody else gets it."""
        name = Name(first, last, latin(first), latin(last))
        self._taken.add(f"{name.latin_first} {name.latin_last}")
        return name

    def draw(self, naming: str, rng: Random) -> Name:
        """A name that is usual under `naming` and that nobody has yet, accents and case aside."""
        for _ in range(200):
            name = self._own(naming, rng) if naming in _OWN else self._from_mimesis(naming, rng)
            key = f"{name.latin_first} {name.latin_last}"
            if name.latin_first and name.latin_last and key not in self._taken:
                self._taken.add(key)
                return name
        # A small stock of names runs out before the large ones do.
        return self.draw("en", rng)

    def _own(self, naming: str, rng: Random) -> Name:
        last, latin_last = rng.choice(_OWN[naming]).split(" ")
        first, latin_first = rng.choice(_OWN_GIVEN[naming]).split(" ")
        return Name(first, last, latin_first, latin_last)

    def _from_mimesis(self, naming: str, rng: Random) -> Name:
        source = self._sources.get(naming)
        if source is None:
            # English has several locales with one stock of names: each draws in an order of its own.
            seed = self._seed + sum(naming.encode())
            source = self._sources[naming] = NameSource(Locale(naming), seed=seed)
        gender = rng.choice((Gender.FEMALE, Gender.MALE))
        first, last = source.first_name(gender), source.last_name(gender)
        return Name(first, last, latin(first), latin(last))
