"""What decides the kind of an injury beyond the word that names it: a burn's degree, what bit, what is left in the wound."""

from __future__ import annotations

import re

from detect_icd.note_memory import of_note
from detect_icd.whole_note import anywhere

_BODY = re.compile(
    r"\b(?:retained|embedded|lodged) (?:\w+ )?(?:nail|needle|fish ?hook|hook|wire|pellet|bullet|bb|thorn|staple|pencil (?:lead|tip))\b|"
    r"\b(?:nail|needle|hook|wire|pellet|thorn|pencil)(?: tip)? (?:is |was )?still in\b|\b(?:with|retained|embedded|w/) (?:a |an |small |retained |embedded |radiopaque |glass |metal(?:lic)? |wood(?:en)? )*(?:foreign body|fb|splinter|shards?|fragments?|gravel|glass|debris)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"\b(?:(?P<d3>(?:third|3rd|3)[- ]?(?:degree|deg)|full[- ]thickness)|(?P<d2>(?:second|2nd|2)[- ]?(?:degree|deg)|partial[- ]thickness|(?:deep|superficial|mid) (?:dermal )?partial|blister)|"
    r"(?P<d1>(?:first|1st|1)[- ]?(?:degree|deg)|superficial))",
    re.IGNORECASE,
)
_CORRODES = re.compile(
    r"\b(?:chemical(?:s|ly)?|corro\w+|caustic\w*|alkalis?|acids?(?! reflux)|lye|bleach|ammonia|phenol|(?:wet )?cement|(?:oven|drain|toilet(?: bowl)?) (?:cleaner|opener)s?|hypochlorite|hydroxide|quicklime|formic|white phosphorus)\b",
    re.IGNORECASE,
)
_CORRODED = re.compile(
    r"(?<!no )\b(?:chemical burns?|corrosion|(?:muriatic|sulfuric|hydrochloric|hydrofluoric|nitric|battery|caustic) (?:acid|soda)|lye|drain (?:cleaner|opener)|oven cleaner|wet cement)\b",
    re.IGNORECASE,
)
"""What makes a burn one by a chemical (T20.4- and the like)."""
_BEHIND = re.compile(rf",? \(?{_DEGREE.pattern}\b(?! (?:burns?|of)\b)", re.IGNORECASE)
_PARTIAL = re.compile(
    r"\b(?:partial(?:ly)?|incomplete(?:ly)?|near(?:ly)?|subtotal(?:ly)?)[- ](?:complete |total |traumatic |\w+ ){0,2}amputat|\b(?:partial|incomplete) amputat",
    re.IGNORECASE,
)
_WORN = re.compile(
    r"\b(?:old|chronic|degenerative|longstanding)\b.*menisc|menisc.*\b(?:old|chronic|degenerative|longstanding)\b",
    re.IGNORECASE | re.DOTALL,
)
_FURTHER = {"amputation": ("partialamputation", _PARTIAL), "tear": ("worn", _WORN)}
"""What the sentence makes of a kind; a meniscus that wore through is no injury of today (M23.2) and has no title here."""
_NAIL = re.compile(
    r"(?<!no )(?<!without )\bnail ?(?:bed|plate)?s? (?:is |was |were |also |partly |partially )*(?:torn|avulsed|lacerat\w+|repair\w*|damag\w+|removed|split|involved|cut|lifted)|"
    r"\b(?:torn|avulsed|split|lacerated|damaged) nail|(?<!not )\bthrough (?:the )?nail|(?<!no )(?<!without )\bnail ?bed (?:laceration|injury|repair)|(?<!no )(?<!without )\bdamage to (?:the )?nail|"
    r"(?<!no )(?<!without )\bsubungual hematoma",
    re.IGNORECASE,
)
_UNDER_NAIL = re.compile(r"(?<!no )(?<!without )\bsubungual (?:hematoma|bleed\w*)", re.IGNORECASE)
_DEAD = re.compile(
    r"(?<!no )(?<!no tissue )(?<!without )(?<!without tissue )\b(?:necro(?:sis|tic)|gangren\w+|mummifi\w+|black (?:and |, ?)?(?:dry|eschar|hard|tips?)|deep frostbite|"
    r"(?:third|3rd|fourth|4th)[- ]degree frostbite|full[- ]thickness frostbite)",
    re.IGNORECASE,
)
_BY_INSECT = re.compile(
    r"\bbit(?:ten)? by (?:an? |some |several )?(?:insect|bug|tick|mosquito|flea|bed ?bug|chigger|ant|fly|mite)s?\b",
    re.IGNORECASE,
)
_INSECT = re.compile(r"\b(?:insect|bug|tick|mosquito|flea|bedbug|chigger|ant|fly|mite|lice)$", re.IGNORECASE)
ANIMAL = re.compile(
    r"\b(?:dog|cat|human|animal|raccoon|bat|rat|horse|monkey|squirrel|ferret|pit ?bull|kitten|puppy|open)s?$",
    re.IGNORECASE,
)
_BITTEN = re.compile(
    r"\bbit(?:ten)? by (?:\w+ ){0,3}?(?:dog|cat|kitten|puppy|raccoon|bat|rat|horse|monkey|squirrel|ferret|pit ?bull|child|patient|person)\b|\b(?:dog|cat|human) bites?\b",
    re.IGNORECASE,
)


_OPEN = re.compile(r"\bopen\b(?! reduction|ed)|\bgustilo|\bcompound\b|\bg/?a (?:type|grade)", re.IGNORECASE)
_OPEN_AT_FIRST = re.compile(
    r"\bopen (?:type |grade )?(?:i{1,3}|[1-3])[abc]?\b|\bgustilo\b[^,;.]{0,20}|\bopen (?:at|on|when|by) (?:the )?(?:time of )?(?:injury|presentation)",
    re.IGNORECASE,
)
"""How an old fracture is told to have been open, apart from the word that names it now."""
_SEVERE = re.compile(
    r"\b(?:gustilo|type|grade|g/?a|open)[\w-]*(?:\s+(?:type|grade|anderson|class))?\s*(?:3|iii)\s*-?[abc]?\b",
    re.IGNORECASE,
)


def openness(kind: str, phrase: str, sentence: str) -> str:
    """The seventh character for an open or closed fracture, by its own words and by what its sentence says of how it was first.

    Args:
        kind: The kind of injury; only fractures are open or closed.
        phrase: Its words.
        sentence: Its sentence, where it has no other fracture.
    """
    if kind not in {"fracture", "physeal"}:
        return "A"
    told = phrase if _OPEN.search(phrase) else " ".join(_OPEN_AT_FIRST.findall(sentence))
    if not told:
        return "A"
    return "C" if _SEVERE.search(told) else "B"


def kind_of(kind: str, before: str, phrase: str, sentence: str, note: str) -> str:
    """The kind with what decides it further: a burn's degree, what bit, whether something is left in the wound."""
    if kind == "burn":
        # The degree that stands nearest before is its own: "full-thickness of the back, partial-thickness burns of both hands".
        degrees = (
            [match.lastgroup for match in _DEGREE.finditer(phrase)]
            or [match.lastgroup for match in _DEGREE.finditer(before)][-1:]
            or [match.lastgroup for match in _DEGREE.finditer(sentence)]
        )
        everywhere = frozenset() if degrees else _degrees(note)
        degrees = degrees or (list(everywhere) if len(everywhere) == 1 else [])
        what = "corrosion" if _CORRODES.search(sentence) or anywhere(_CORRODED, note) else "burn"
        return what + max((name[1] for name in degrees if name), default="")
    if kind == "frostbite" and anywhere(_DEAD, note):
        return "frostbite2"
    if kind == "bite":
        what = before[: before.lower().rfind("bit")].rstrip()
        return (
            "insectbite"
            if _INSECT.search(what) or _BY_INSECT.search(sentence)
            else "openbite"
            if ANIMAL.search(what) or "bitten" in before.lower() or anywhere(_BITTEN, note)
            else "bite"
        )
    if kind in _FURTHER:
        name, words = _FURTHER[kind]
        return name if words.search(sentence) else kind
    if kind in {"laceration", "puncture"} and _BODY.search(sentence):
        return f"{kind}body"
    return kind


@of_note(2)
def _degrees(note: str) -> frozenset[str | None]:
    """The degrees that a note tells."""
    return frozenset(match.lastgroup for match in _DEGREE.finditer(note))


def tears_nail(kind: str, note: str, bounds: tuple[int, int]) -> bool:
    """Whether a wound goes through the nail, by its sentence and what follows."""
    if kind == "contusion":
        return _UNDER_NAIL.search(note, *bounds) is not None
    return kind.startswith(("laceration", "puncture", "openbite")) and _NAIL.search(note, *bounds) is not None


def degree_of_part(kind: str, note: str, span: tuple[int, int]) -> str:
    """The kind of a burn by the degree that stands with one of its parts, or right behind: "left upper arm, first degree"."""
    if not kind.startswith(("burn", "corrosion")):
        return ""
    told = _DEGREE.search(note, *span) or _BEHIND.match(note, span[1])
    name = next((name for name in ("d1", "d2", "d3") if told and told[name]), "")
    return kind.rstrip("123") + name[1:] if name else ""


def is_degree_of_burn(note: str, start: int, end: int) -> bool:
    """Whether "degree" or "thickness" stands for a burn that the note has named: "2nd degree chest wall"."""
    return (
        (told := _ORDINAL.search(note, max(0, start - 12), start)) is not None
        and not (_ITS_OWN.match(note, end) and _AFTER_A_COMMA.search(note, max(0, told.start() - 40), told.start()))
        and _SHARE.search(note, max(0, told.start() - 12), told.start()) is None
        and anywhere(_BURNED, note) is not None
        and _NO_DEGREE.search(note, max(0, start - 40), start) is None
        and _OF_OTHER.match(note, end) is None
    )


_ORDINAL = re.compile(r"(?:\b(?:first|second|third|1st|2nd|3rd|full|partial)|\b[123])[- ]$", re.IGNORECASE)
_AFTER_A_COMMA = re.compile(r",[ (]*\Z")
_SHARE = re.compile(r"\d\s?%(?: (?:of|TBSA|BSA))? *$", re.IGNORECASE)
"""Before a degree: so much of the body is burned so deep, wherever."""
_ITS_OWN = re.compile(r"\W*(?:[;.)\n]|$|,? ?\band\b)", re.IGNORECASE)
"""Behind a degree that stands behind a place and a comma: it is that place's."""

_NO_DEGREE = re.compile(r"\b(?:no|not|none|nor|without|denies)\b[^.;,:\n]*$", re.IGNORECASE)
_BURNED = re.compile(
    r"\b(?:burn(?:s|ed|t)?|scald\w*|(?:hot|boiling) (?:tea|coffee|water|soup|oil|grease|milk|noodles)|house fire|flames?)\b",
    re.IGNORECASE,
)
_OF_OTHER = re.compile(
    r"[^.;,:\n]{0,25}?\b(?:burn\w*|scald\w*|corros\w+|chemical|frostbite|block|heart|relative|sprain|tear|perineal|lac\w*|prolapse|hemorrhoid\w*|murmur|graft\w*|skin|injur\w+|wounds?)\b|\W*\d+(?:\.\d+)?\s?%",
    re.IGNORECASE,
)
