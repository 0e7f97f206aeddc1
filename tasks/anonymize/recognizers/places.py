"""Postal addresses: Chinese ones by region, road and number; English ones by number, name and kind of street."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tasks.anonymize.families import Family
from tasks.anonymize.recognizers.rule import Rule, RuleSet, pattern_of

_HAN: Final = "[一-鿿]"
# What a road may be called; no punctuation, none of the words that lead up to an address.
_NAME: Final = r"(?:(?![在于住址为是到从往请将把与及的了]|和(?![平田县硕静]))[一-鿿0-9])"
_REGION: Final = (
    r"(?:(?:北京|天津|上海|重庆)市?|(?:(?![在于住址为是到从往请将把与及的了])[一-鿿]){2,3}省"
    r"|(?:内蒙古|广西|西藏|宁夏|新疆)(?:[一-鿿]{0,4}自治区)?|香港|澳门|台湾)"
)
CHINESE: Final = re.compile(
    rf"(?:(?:中国)?{_REGION}{_NAME}{{0,12}}?(?:[市州盟县区旗])?)?"
    rf"(?:{_NAME}{{1,8}}?[市州盟])?(?:{_NAME}{{1,8}}?[县区旗])?(?:{_NAME}{{1,8}}?(?:街道|[镇乡村]))?"
    rf"{_NAME}{{1,10}}?(?:[大中]?路|大道|大街|街|胡同|巷|弄|里弄|道|环路|公路|新村)"
    rf"(?:[东南西北中]?[一二三四五六七八九十]?段)?"
    rf"[ \t]?(?:[0-9]{{1,6}}|[一二三四五六七八九十百]{{1,5}})(?:-[0-9]{{1,5}})?[ \t]?(?:号院?|弄|巷)内?"
    rf"(?:(?:[0-9A-Za-z一二三四五六七八九十-]{{1,8}}|{_NAME}{{2,12}}?)(?:号楼|号院|栋|幢|座|单元|层|楼|室|院内|院"
    rf"|大厦|广场|小区|花园|中心)){{0,5}}(?:院?内)?"
)
# A quarter or a building in the place of a road: only below a named region.
BUILDING: Final = re.compile(
    rf"(?:中国)?{_REGION}{_NAME}{{2,20}}?(?:小区|新村|新区|大厦|广场|花园|家园|公寓|中心|园区"
    rf"|村)[A-Za-z0-9一二三四五六七八九十]{{0,3}}(?:[座栋幢期区])?"
    r"(?:[0-9]{1,4}(?:号楼|栋|幢|座|单元)){0,2}[0-9]{1,5}[号室]"
)
_STREET: Final = (
    r"(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|terrace|circle|way|trail"
    r"|parkway|pkwy"
    r"|square|sq|highway|hwy|crescent|close|alley|plaza|row|grove|mews|track|ferry|hill|gardens?)"
)
ENGLISH: Final = re.compile(
    r"(?<![0-9A-Za-z.#/-])[0-9]{1,6}[A-Za-z]?,?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest"
    r"|Southeast|Southwest)\.?)?"
    rf" [A-Z][A-Za-z'’.-]{{0,20}}(?: (?:[A-Z][A-Za-z'’.-]{{1,20}}|[0-9]{{1,3}}(?:st|nd|rd"
    rf"|th))){{0,3}}(?: (?i:{_STREET}))(?![A-Za-z])\.?"
    r"(?: (?:North|South|East|West|Northeast|Northwest|Southeast|Southwest|[NS][EW]?))?"
    r"(?:,? (?i:apt|apartment|suite|ste|unit|room|rm|floor|fl|#)\.? ?#?[0-9A-Za-z-]{1,6})?"
)
# After such words a number and a name will do.
CUED: Final = re.compile(
    r"(?i:resid(?:es|ing|ed) at|liv(?:es|ing|ed) at|(?:home|mailing|postal|billing|shipping|street)? ?address(?: is"
    r"|:)|deliver(?:ed)? to|ship(?:ped)? to|located at|sent to) {1,2}"
    r"(?P<value>[0-9]{1,6}[A-Za-z]?(?: (?:[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ɏ'’.-]{0,20}|[0-9]{1,3}(?:st|nd|rd|th)|ul\.|[0-9]{1,5}"
    r"|d[eou]|des|del|della|da|la|le|van))"
    r"{1,5}(?: (?i:apt|apartment|suite|ste|unit|room)\.? ?#?[0-9A-Za-z-]{1,6})?)(?![A-Za-zÀ-ɏ])"
)
PO_BOX: Final = pattern_of(r"(?<![a-z])p\.? ?o\.? ?box [0-9]{1,6}(?![0-9])")
# A flat makes an address of any name: in other languages the kind of street is a part of it, or stands before.
_PART: Final = (
    r"(?:[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ɏ'’.-]{0,30}|[0-9]{1,6}\.?|u\.|ul\.|de|du|des|del|della|di|do|da|la|van|der)"
)
FLAT: Final = re.compile(
    rf"(?<![0-9A-Za-z.#/-])[0-9]{{1,6}}[A-Za-z]?(?: {_PART}){{1,6}}"
    r",? (?i:apt|apartment|suite|ste|flat)\.? #?[0-9]{1,5}(?![0-9A-Za-z])"
)
FIELD_POST: Final = re.compile(
    r"(?<![A-Za-z])(?:(?:PSC|CMR|Unit) [0-9]{1,5},? Box [0-9]{1,5}(?![0-9])(?:\n[AFD]PO A[AEP] [0-9]{5}(?![0-9]))?"
    r"|(?:USS|USNS|USCGC|USNV) [A-ZÀ-ÖØ-ÞŠŽČ][A-Za-zÀ-ɏ'’-]{1,20}\n[AFD]PO A[AEP] [0-9]{5}(?![0-9])"
    r"|(?i:(?:(?:psc|cmr|unit) [0-9]{1,5},? box [0-9]{1,5}|(?:uss|usns|uscgc|usnv) [a-zà-ɏ'’-]{2,20})"
    r"\n[afd]po a[aep]) [0-9]{5}(?![0-9]))"
)
# As on an envelope: house and street, the flat, the town, the country and its code, each on a line of its own; quoted
# or indented perhaps. Two bytes a letter at most, and short words, so that the reach of a window holds it.
_LINE: Final = r"[ \t]{0,2}\n{1,2}[>? \t]{0,6}"
_TOWN: Final = r"[A-Za-zÀ-ɏͰ-Ͽ][A-Za-zÀ-ɏͰ-Ͽ'’.-]{0,15}"
_HOUSE: Final = (
    r"(?<![0-9A-Za-zÀ-ɏ.#/-])(?:[0-9]{1,6}[A-Za-z]?,? )?(?:[0-9]{1,6} |[A-Za-zÀ-ɏͰ-Ͽ][A-Za-zÀ-ɏͰ-Ͽ'’./-]{0,19} ){1,5}"
    r"(?:[0-9]{1,6}\.?|[A-Za-zÀ-ɏͰ-Ͽ]{2,20})"
)
_FLAT: Final = r"(?:[Ss]uite|SUITE|[Aa]pt\.?|Apartment|Flat) #?[0-9]{1,5}(?![0-9A-Za-z])"
ENVELOPE: Final = re.compile(
    rf"{_HOUSE}{_LINE}{_FLAT}(?:(?:{_LINE}(?:, )?{_TOWN}(?: {_TOWN}){{0,3}}){{0,2}}{_LINE}(?:{_TOWN} ){{0,3}}"
    rf"[0-9]{{3,6}}(?![0-9])|{_LINE}{_TOWN}(?: {_TOWN}){{0,3}}{_LINE}{_TOWN}(?: {_TOWN})?(?=\.|\n|\Z))?"
)
_SMALL: Final = frozenset({
    "ul.", "u.", "rue", "rua", "rúa", "de", "du", "des", "del", "della", "delle", "di", "do", "da", "la", "le", "van",
    "der", "út", "utca", "útja",
})  # fmt: skip
_FLAT_BELOW: Final = re.compile(rf"\n[>? \t]{{0,6}}{_FLAT}")
_UP_TO_FLAT: Final = re.compile(rf"{_HOUSE}[ \t]{{0,2}}\n?\Z")
# Streets of other languages say what they are at the end of the name or before it; the number of the house follows.
ABROAD: Final = re.compile(
    r"(?<![0-9A-Za-zÀ-ɏ.#/-])(?:[0-9]{1,6} )?(?:[A-ZÀ-ÖØ-ÞŠŽČ][A-Za-zÀ-ɏ'’-]{0,20} ?(?:(?:[Ss]tra(?:ss|ß)e"
    r"|straat|gasse|weg|allee|laan|gatan|gade|vej|veien|vägen|katu|braut|utca|u\.|út)) [0-9]{1,4}[a-z]?\.?"
    r"|(?:(?:Calle|C/|Avda\.|Avenida|Rua|Rúa|ul\.|Viale|Piazza|Vicolo|Paseo)(?: (?:d[eou]|des|del|dell[ae]|da|la|el))?"
    r"|[Rr]ue d(?:es?|u)|Via dell?[ae]?)"
    r"(?: [A-ZÀ-ÖØ-ÞŠŽČ][A-Za-zÀ-ɏ'’-]{0,20}){1,3},? [0-9]{1,4})(?![0-9A-Za-z])"
)
_VERB: Final = re.compile(
    r"^(?:[0-9]+) (?:In|On|At|The|A|An|And|Or|To|For|Of|If|When|This|That|With|From|By|Is|Are|New|More|First|Next"
    r"|Last)\b"
)

# Of large streets the kind stands before the name, in French and Greek.
LARGE: Final = re.compile(
    r"(?<![0-9A-Za-zÀ-ɏͰ-Ͽ.#/-])(?:[0-9]{1,5}[a-z]?,? (?:[Bb]oulevard|[Aa]venue) (?:d[eu]s?|de la)"
    r"(?: [A-ZÀ-ÖØ-Þ][A-Za-zÀ-ɏ'’-]{0,20}){1,3}(?![A-Za-zÀ-ɏ])"
    r"|(?:[Λλ]εωφόρος|[Λλ]εωφ\.|[Οο]δός) [Ά-Ϋ][ά-ώ]{1,20}(?: [Ά-Ϋ][ά-ώ]{1,20}){0,2},? [0-9]{1,4}(?![0-9]))"
)
# In small letters, as chats and forms have them: with what nothing but an address ends in.
SMALL_KIND: Final = re.compile(
    r"(?<![0-9A-Za-zÀ-ɏ.#/-])(?:[0-9]{1,6} )?(?:[a-zà-öø-ɏ]{4,20}(?:vej|vägen|gatan|straat)"
    r"|(?:[A-ZÀ-ÖØ-Þ][a-zà-öø-ɏ]{2,20} )?[a-zà-öø-ɏ]{2,20} (?:út|útja|utca)|[Rr]úa [a-zà-öø-ɏ]{3,20})"
    r" [0-9]{1,4}[a-z]?(?![0-9A-Za-z])\.?"
)
SMALL_FLAT: Final = re.compile(
    r"(?<![0-9A-Za-zÀ-ɏ.#/-])[0-9]{2,6}(?: (?:[a-zà-öø-ɏ'’.-]{1,20}|[0-9]{1,6})){1,5}"
    r" (?:street|st\.?|avenue|ave\.?|road|rd\.?|lane|drive|boulevard|blvd\.?|court|[0-9]{1,4}),?"
    r" (?:apt\.?|apartment|suite|flat) #?[0-9]{2,5}(?![0-9A-Za-z])"
)
_ROAD: Final = (
    r"(?:[0-9]{1,6} )?[A-ZÀ-ÖØ-ÞŠŽČ][A-Za-zÀ-ɏ'’-]{1,20}"
    r"(?: (?:[A-ZÀ-ÖØ-ÞŠŽČ][A-Za-zÀ-ɏ'’-]{0,20}|d[eu]s?|del|la|[Ss]tr\.?|[Ss]t\.?|[0-9]{1,4})){0,4}"
)
CORNER: Final = re.compile(rf"(?i:the corner of) (?P<value>{_ROAD} (?:and|&) {_ROAD})(?![A-Za-zÀ-ɏ])")
_CROSSING: Final = "(?:交叉口|交汇处|交会处|交界处|路口|拐角)"
CHINESE_CORNER: Final = re.compile(
    r"(?:家住|住在|住址(?:是|为)?|地址(?:是|为)?|居住于)[:： ]{0,2}"
    rf"(?P<value>{_NAME}{{0,12}}?{_NAME}{{1,6}}(?:路|街|大道|巷)[与和同]{_HAN}{{1,8}}?(?:路|街|大道|巷)的?{_CROSSING}"
    r"(?:[东南西北]{1,2}[侧角])?)"
)

_CORNERS: Final = (CORNER, CHINESE_CORNER)

# What the gate looks for of them.
ABROAD_KINDS: Final = (
    "straße ",
    "strasse ",
    "straat ",
    "gasse ",
    "weg ",
    "laan ",
    "gatan ",
    "gade ",
    "vej ",
    "veien ",
    "vägen ",
    "katu ",
    "braut ",
    "utca ",
    " u. ",
    " út ",
    "allee ",
    "calle ",
    "c/ ",
    "avda. ",
    "avenida ",
    "rua ",
    "rúa ",
    "ul. ",
    "rue de",
    "rue du",
    "viale ",
    "piazza ",
    "vicolo ",
    "paseo ",
    "via del",
    "útja ",
    "boulevard d",
    "avenue d",
    "Λεωφ",
    "λεωφ",
    "Οδός ",
    "οδός ",
)

LITERALS: Final[Mapping[str, Family]] = {
    **{number + end: Family.PLACE for number in "0123456789一二三四五六七八九十百 " for end in "号弄巷室"},
    **dict.fromkeys(
        (
            "resides at",
            "residing at",
            "resided at",
            "lives at",
            "living at",
            "lived at",
            "address is",
            "address:",
            "deliver to",
            "delivered to",
            "ship to",
            "shipped to",
            "located at",
            "sent to",
        ),
        Family.BEFORE_HOUSE,
    ),
    **dict.fromkeys(("corner of", "交叉口", "交汇处", "交会处", "交界处", "路口", "拐角"), Family.HOUSE),
    "box ": Family.STREET | Family.ADDRESS,
    **dict.fromkeys(
        ("suite ", "apt ", "apt. ", "apartment ", "flat ", "uss ", "usns ", "uscgc ", "usnv ", *ABROAD_KINDS),
        Family.ADDRESS,
    ),
}


def rule_sets() -> Sequence[RuleSet]:
    """Rules; nothing to set."""
    return [
        RuleSet("POSTAL_ADDRESS", Family.PLACE, [Rule(CHINESE, score=0.8), Rule(BUILDING, score=0.8)]),
        RuleSet(
            "POSTAL_ADDRESS",
            Family.STREET,
            [
                Rule(ENGLISH, is_street, 0.7),
                Rule(FLAT, is_street, 0.7),
                Rule(PO_BOX, score=0.7),
            ],
        ),
        RuleSet("POSTAL_ADDRESS", Family.HOUSE, [Rule(CUED, score=0.8), *(Rule(one, score=0.7) for one in _CORNERS)]),
        RuleSet(
            "POSTAL_ADDRESS",
            Family.ADDRESS,
            [
                *(Rule(pattern, score=0.7) for pattern in (ABROAD, LARGE, SMALL_KIND, SMALL_FLAT)),
                Rule(FIELD_POST, score=0.7),
                Rule(ENVELOPE, is_envelope, 0.7, _FLAT_BELOW, _UP_TO_FLAT),
            ],
        ),
    ]


def is_envelope(found: re.Match[str]) -> bool:
    """A house has a number; and its street is written like a name, or town and country stand below."""
    house, *below = found[0].split("\n")
    words = house.split()
    is_named = len(below) > 1 or not any(word.islower() and word not in _SMALL for word in words)
    return is_named and any(word[0].isdigit() for word in words) and is_street(found)


def is_street(found: re.Match[str]) -> bool:
    """A house number and a street; not a sentence about a number of things."""
    return not _VERB.match(found[0])
