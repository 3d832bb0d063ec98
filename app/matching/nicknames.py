"""Short forms of given names, as people write them in one place and not in the other.

Each line has one name in the forms that are taken for each other, in the letters that `keys.words` leaves. A
form may stand in several lines (Alex, Sasha). Only forms that are in common use: two names that merely look
alike belong to two people.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

_LINES: Final = """
abigail abby gail
aleksandr alexander alexandr alex alec sasha sascha xander aleksander oleksandr aleksandar alejandro
aleksandra alexandra alex sasha sandra
alfred al fred
andrew andy drew
andrei andrey andrej
anna ann anne annie anya anja hanna
antonio toni tony
antonina tonya
anastasia nastya stacy
benjamin ben benny
barbara barb babs
charles charlie chuck chas
catherine katherine kathryn kate katie kathy cathy kat
katharina katherina katarina kathrin katja kathi
christina kristina christine kristin tina chris
christopher christoffer christoph kristofer kristoffer kristof chris topher kit
constantine konstantin kostya kostas konstantinos
daniel dan danny
danielle dani
david dave davy
deborah debra deb debbie
dimitrios dimitris dimitri
dmitri dmitry dmitrii dimitri dima mitya
dominic dom nick
donald don donnie
dorothy dot dottie
edward ed eddie ted ned
ekaterina yekaterina katya katia
eleanor ellie nell nora
elena yelena lena
elizabeth elisabeth liz lizzie beth betty eliza lisa libby
emanuel manuel manu
emily em
evgeni evgeny yevgeny evgenii eugene zhenya
evgenia yevgenia eugenia zhenya
eduardo edu
francesco franco
francis frank
francisco paco pancho fran
frederick frederic fred freddy
friedrich fritz
gabriel gabe
georgios giorgos george yiorgos
gerald jerry gerry
gregory greg
gunther gunter
guadalupe lupe
henry hank harry hal
heinrich heinz
ignacio nacho
ioannis yannis giannis john
irina ira
isabella isabel bella izzy
ivan vanya
jacob jake
jakob kobi
jakub kuba
james jim jimmy jamie
janet jan
jeffrey geoffrey jeff geoff
jennifer jen jenny
jessica jess jessie
johannes hannes jannes
john jon johnny jack
jonathan jon jonny
joseph joe joey
jose pepe
josef sepp
joshua josh
juan juanito
judith judy
julian jules
katarzyna kasia
kenneth ken kenny
kimberly kim
konstantinos kostas
lawrence laurence larry
leonard len leo
lewis louis lou
magdalena magda lena
malgorzata gosia
manuela manu
margaret maggie meg peggy marge greta
maria mary marie masha marija mariya
mariadelcarmen carmen
martin marty
matthew matt
matthias matthaus mathias
maximilian max
maxim maksim max
megan meg
michael mike mick micky mikey
michail mikhail misha
mohammed muhammad mohamed mohammad muhammed mehmet
montserrat montse
nathaniel nathan nate
natalia natalya natasha nataliya
nicholas nick nicky nicolas
nikolai nikolay kolya
nikolaos nikos
olga olya
pamela pam
patricia pat patty tricia trish
patrick pat paddy
pavel pasha
peter pete
philip phil
piotr piotrek
rachel rae
raymond ray
rebecca becca becky
ricardo richi
richard rick ricky rich dick
robert rob robbie bob bobby bert
rodrigo rodri
ronald ron ronnie
rosario charo
russell russ
samantha sam
samuel sam sammy
sebastian basti seb
sergei sergey serhii serge seryozha
sofia sophia sophie sofie
stanislav stas
stephen steven steve stefan
stephanie steph steffi
susan susanne sue susie suzanne
svetlana sveta
tatiana tatyana tanya
teresa theresa terry tess
theodore theo ted teddy
thomas tom tommy
timothy tim timmy
tobias tobi
ulrich uli
valentina valya
victor viktor vic
victoria viktoria vicky tori
vincent vince vinny
virginia ginny
vladimir volodymyr vova volodya vlad
walter walt wally
wilhelm willi
william will bill billy willy liam
wojciech wojtek
xavier javier xavi
yulia julia yuliya juliya yulya
yuri yuriy yurii iurii yury
zachary zach zack
""".strip()


def _by_name() -> Mapping[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(_LINES.splitlines()):
        for form in line.split():
            found[form].add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}


_FORMS: Final = _by_name()


def are_forms_of_one(name: str, other: str) -> bool:
    """Whether the two are forms of one given name; both as a single word of `keys.words`."""
    known = _FORMS.get(name)
    return known is not None and not known.isdisjoint(_FORMS.get(other, ()))
