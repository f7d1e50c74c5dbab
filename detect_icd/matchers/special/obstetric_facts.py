"""What a note says of a pregnancy or a birth as a whole: weeks, trimester, delivery, puerperium, number of fetuses, newborn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from detect_icd.gates import Gate, gate
from detect_icd.note_memory import of_note

Stage = Literal["", "pregnancy", "childbirth", "puerperium", "newborn"]

_WEEKS = re.compile(
    r"(?<![\d./x])(?P<w1>\d{1,2})\s*(?:w|wks?|weeks?)\s*(?:and\s*|,\s*)?(?P<d1>\d)(?:\s*(?:d|days?)\b|(?![\d\w]))|"
    r"(?<![\d./x])(?P<w2>\d{1,2})(?:\s+|\s*\+\s*)(?P<d2>[0-6])/7\b|(?<![\d./x])(?P<w3>\d{1,2})\s*\+\s*(?P<d3>[0-6])\s*(?:wks?|weeks?)\b|"
    r"\b(?:ega|ga|gestational age|iup|pregnan\w+|gestation|gravid\w*)\W{1,3}(?:of |at |is |now |approximately |about |~)*(?P<w4>\d{1,2})\s*(?:w\b|wks?\b|weeks?\b|\.\d)|"
    r"\bat (?P<w5>\d{1,2}) (?:wks?|weeks?)\b(?! (?:ago|old|of life|post|after|out|follow|s/p|visit|from))|"
    r"(?<![\d./x-])(?P<w6>\d{1,2})[- ]?(?:w|wks?|weeks?)['\u2019]?(?: of)?[- ](?:pregnan\w*|gestation\w*|G\d{1,2} ?,?P\d|primigravid\w*|multigravid\w*|primip\w*|multip\w*|ega|ga\b|iup|gravid|by (?:lmp|dates|us|early|ultrasound|crl|1st|first)|intrauterine|size|fetus|twins?)|"
    r"\b(?:ega|ga)\s*[:=]?\s*(?P<w7>\d{1,2})\b(?!%)",
    re.IGNORECASE,
)
_WEEKS_START = re.compile(
    r"(?<![\d./x])\d(?=\d?(?:[\s-]*w|\s*\+|\s+[0-6]/7))|\b(?:ega|ga|gest|iup|pregnan|gravid|at(?= \d))", re.IGNORECASE
)
"""What stands at the start of every match of ``_WEEKS``."""

_PREGNANT_IN_WORDS = (
    r"(?<!not )(?<!denies being )(?<!never been )(?<!isn't )(?<!chance of )(?<!been )(?<!became )(?<!therapist was )(?<!while she was )(?<!when she was )\bpregnant\b(?! ?\?)|\bgravid\b|\b(?:prenatal|antepartum|antenatal)\b(?! (?:vitamin|history))|\bob (?:visit|routine|triage|clinic|note|follow|new|return)|\broutine ob\b|"
    r"\bl&d\b|\blabor and delivery\b(?! nurse)|\bmfm\b|\b(?:first|second|third|1st|2nd|3rd) trimester\b|\bfetal (?:movement|heart|growth|anatomy)|\bfht'?s?\b|\bfundal height\b|\biup\b|"
    r"(?<!prevent )(?<!history of )(?<!avoid )(?<!not a )\bthis pregnancy\b|\b(?:anemia|diabetes|hypertension|thrombocytopenia|cholestasis) (?:of|in) (?:the )?pregnancy\b|\bcervical insufficiency\b|\bcerclage\b|\bthe pregnancy\b|\bpregnancy (?:is|of|with|complicated|dating|affected)|\b(?:di|mono)chorionic|\bgestational (?:diabetes|hypertension)\b|\bnormal pregnancy\b|\bin pregnancy\b|\bintrauterine pregnancy\b|(?<!atrial )(?<!ventricular )\bectopic\b(?! (?:beat|atrial|rhythm|ventric|isolated|foc|tissue|position|activity|kidney|thyroid|pancrea|testi|acth))|\bmiscarriage\b|\bplacenta\b|\bgdm\b|\bpre-?eclampsia\b|\b(?:spontaneous|missed|threatened|incomplete) (?:abortion|ab)\b|\bpregnancy\b(?= (?:at|confirmed|incidental))|\badvanced maternal age\b"
)
_PREGNANT_BY_NUMBERS = (
    r"\bg\d{1,2} ?,?p\d[^\n]{0,40}\b\d{1,2} ?(?:w|wks?|weeks?)\b(?! (?:pp|post))|\bg\d{1,2} ?,?p\d[^\n]{0,25}\b[1-4]\d ?\+ ?[0-6]\b|\b\d{1,2} ?(?:w|wks?|weeks?)\b(?! (?:pp|post))[^\n]{0,25}\bg\d{1,2} ?,?p\d|\bg\d{1,2} (?:at|@) \d{1,2} ?(?:w|wks?|weeks?)|\b\d{1,2} ?(?:w|wks?|weeks?) (?:g\d|primip|multip|primigravida)|\bob\b[^\n.]{0,60}\b\d{1,2} ?(?:w|wks?|weeks?)\b(?! (?:pp|post|after|ago|old))|"
    r"\b\d\d ?-?(?:year[- ]old|y/?o)\b(?: (?:woman|female|lady|F))?,? (?:at |who is |is |now )+\d{1,2} ?(?:w|wks?|weeks?)\b(?= (?:with|and|has|by)\b)|"
    r"\b\d{1,2} ?(?:w|wks?|weeks?) (?:anatomy|growth|prenatal|ob|mfm)\b|\b\d{1,2} ?(?:w|wks?|weeks?) (?:for )?(?:iol|induction)\b"
)
_PREGNANT_SHORTLY = r"\btwins?[, ]+\(?(?:di[-/ ]?di|mono[-/ ]?(?:di|mono)|dcda|mcda)\b|\befw\b|\bua dopplers?\b|\bbpp \d|\bnipt\b|\bcrl\b|\bvaginal progesterone\b|\bgravid\b|\bca?esarean (?:at |for )|\bpre-?labou?r\b|\bgestational thrombocytopenia\b|\bpprom\b|\b(?:preterm|threatened preterm) (?:labou?r|contractions)\b|\b(?:weeks?|wks?) (?:of )?(?:pregnan\w+|gestation)\b|\bsupervision of (?:\w+ ){0,2}pregnancy|\bcomplicating pregnancy|\b(?:missed|threatened) ab\b|\biufd\b|\bghtn\b|\bfgr\b|\badnexal ring\b|(?<!cannabis )(?<!cannabinoid )(?<!marijuana )\bhyperemesis\b"
_PREGNANT_BY_DISEASE = (
    r"\b(?:gestational htn|hellp|eclampsia|poly-?hydramnios|oligo-?hydramnios|iugr|placental abruption|abruptio placentae|(?:multi|primi)gravida|p?prom|breech|transverse lie|unstable lie|"
    r"chorioamnionitis|threatened (?:abortion|miscarriage)|short cervix|cervical shortening|subchorionic (?:hematoma|hemorrhage)|placenta (?:accreta|increta|percreta)|(?:intrahepatic )?cholestasis of pregnancy|f(?:o)?etal (?:growth|movement)\w*|(?:in|of) pregnancy|"
    r"morning sickness|post-?dates?|post-?term|gbs (?:carrier|positive|bacteriuria|colonized)|group b strep (?:carrier|positive)|rh(?:esus)?[- ]neg\w*|braxton[- ]hicks|(?:vasa |placenta )?previa)\b"
    r"(?=[^\n]{0,60}\b\d{1,2} ?(?:w|wks?|weeks?)\b(?! (?:ago|old|post|pp|later)))(?! presentation at birth)"
)
_PREGNANT = Gate(
    re.compile(f"{_PREGNANT_IN_WORDS}|{_PREGNANT_BY_NUMBERS}|{_PREGNANT_SHORTLY}|{_PREGNANT_BY_DISEASE}", re.IGNORECASE)
)
_PREGNANT_WITHOUT_NUMBERS = Gate(
    re.compile(f"{_PREGNANT_IN_WORDS}|{_PREGNANT_SHORTLY}|{_PREGNANT_BY_DISEASE}", re.IGNORECASE)
)
_NUMBERS_OF_PREGNANCY = re.compile(
    r"\bg\d{1,2} ?(?:,?p\d|at\b|@)|(?:old|y/?o)(?: \w+)?,? (?:at|who|is|now) |\d ?(?:w|wks?|weeks?) (?:g\d|primi|multip|anatomy|growth|prenatal|ob\b|mfm|for |iol|induction)|\bob\b[^\n.]{0,60}\b\d",
    re.IGNORECASE,
)
"""What stands in every match of ``_PREGNANT_BY_NUMBERS``, whose letters stand everywhere."""


def _pregnant(note: str) -> Gate:
    """What says that somebody is pregnant, as far as this note may say it."""
    return _PREGNANT if _NUMBERS_OF_PREGNANCY.search(note) else _PREGNANT_WITHOUT_NUMBERS


_NEVER = Gate(
    re.compile(
        r"\b(?:not (?:currently )?pregnant|pregnancy test (?:is |was )?neg|pregnancy test\b[^.;\n]{0,50}\b(?:is|was|came back) neg|negative (?:urine |serum )?(?:pregnancy|hcg)|(?:hcg|upt|preg(?:nancy)? test)\W{1,3}(?:is |was )?neg|postmenopausal|denies pregnancy|no pregnancy)\b",
        re.IGNORECASE,
    )
)
_DELIVERED = Gate(
    re.compile(
        r"\b(?:nsvd|svd|nvd|vbac)\b|\b(?:spontaneous |normal |assisted |vacuum[- ]assisted |forceps[- ]assisted )*vaginal (?:delivery|birth) (?:of|at|over|with|after|by)\b|\bdelivered (?:vaginally|spontaneously|viable|healthy|live|(?:of )?(?:a|an) (?:single |term |preterm |viable |healthy |live\w* )*(?:male|female|boy|girl|baby|infant|liveborn|stillborn|twins?)|(?:via|by) (?:nsvd|svd|vaginal|c-?section|ca?esarean|vacuum|forceps)|at \d{2} ?(?:w|wks?|weeks?))\b|"
        r"\bdelivery (?:summary|note)\b|\bliveborn\b|\blive[- ]born\b|\bstillborn\b|\bstillbirth\b|\b(?:ca?esarean|c-?section|c/s|[pr1]?ltcs)\b(?! (?:talk|discuss\w*|plan\w*|consent\w*|schedul\w*|booked|counsel\w*))(?=[^\n]{0,80}\b(?:performed|delivered|at \d{2}|for)\b)|\bviable (?:male|female|infant)|\blive ?(?:male|female|boy|girl|infant|baby|singleton|twins)\b|\b(?-i:CS) (?:at )?\d{2} ?(?:w|wks?|weeks?|\+)|\bplacenta (?:delivered|intact|complete)",
        re.IGNORECASE,
    )
)
_PLANNED = re.compile(
    r"\b(?:plans?|planned|planning|desires?|anticipates?|scheduled for|counseled (?:about|on|regarding)|prior|previous|(?<!family )history of|hx of|h/o|significant for|(?:history|hx|hx\.):)(?!\w)[^.\n]{0,30}$",
    re.IGNORECASE,
)
_AFTER = Gate(
    re.compile(
        r"\b(?:post-?partum|puerperium|puerperal)\b(?! (?:hemorrhage|depression plan|contraception|plan))|(?<!\d )(?<!\d)\bppd ?#?\d{1,2}(?! ?(?:mm|\+|x\b|yrs?|years?|pack))\b|\b\d+ (?:days?|weeks?|wks?) (?:after|s/p|post|from) (?:an? |her )?(?:delivery|vaginal delivery|c-?section|ca?esarean|c/s|[pr1]?ltcs|nsvd|svd)|\b(?:day|wk|week) ?#?\d+ (?:after|post|s/p|from|following) (?:an? |her |the )?(?:repeat |primary )?(?:delivery|vaginal delivery|c-?section|ca?esarean|c/s|[pr1]?ltcs|nsvd|svd)|\bpod ?#?\d{1,2}[,:]? (?:(?:from|after|s/p|of) )?(?:an? |her )?(?:repeat |primary |emergency |low transverse )*(?:c/s|ca?esarean|c-?section|[pr1]?ltcs)\b|\blactational\b|\bpp (?:visit|check|exam|day|depression)\b|\b\d+ ?(?:days?|d|weeks?|wks?|w|mo|months?) pp\b|\bafter (?:n?svd|vbac|r?ltcs|delivery of)\b|\b(?:c-?section|ca?esarean|c/s) (?:wound|incision|scar|site)\w*[^.;\n]{0,25}\b(?:infect\w*|dehisc\w*|ssi|cellulitis|breakdown|seroma|hematoma|opened)\b",
        re.IGNORECASE,
    )
)
_NEWBORN = Gate(
    re.compile(
        r"\b(?:newborn|neonate|neonatal|nicu|nursery|infant of|(?:term|preterm|late preterm) (?:male|female|boy|girl|infant)|born (?:here|in this hospital)|cephalohematoma|cephalhematoma|ttn\b|days? of life|dol ?#?\d|day[- ]old|baby (?:boy|girl)|apgars?|bw \d|birth ?weight|born (?:at home|en route)|meconium aspiration|post-?term (?:\w+ ){0,2}(?:boy|girl|infant|male|female|baby)|ex-?\d\d[- ]?week\w*|(?:2\d|3[0-6])[- ]?weekers?|newborn hearing screen|(?:\d\d[- ]?(?:w|wk|week)s?|late[- ]preterm|ex-?preterm)[- ](?:boy|girl|infant|baby)|infant of)\b",
        re.IGNORECASE,
    )
)
_MATERNAL = re.compile(
    r"\b(?:g\d+ ?p\d|gravida|delivery summary|postpartum|pregnant|placenta|antepartum|prenatal visit|liveborn|ebl|qbl|maternal record|episiotomy|"
    r"lochia|(?:1st|2nd|3rd|4th|first|second|third|fourth)[- ]degree (?:perineal|vaginal|lac|tear|repair)\w*|perineal (?:lac|tear)\w*|periurethral lac\w*|"
    r"(?:n?svd|vbac|vaginal delivery|c-?section) at \d{2} ?w)\b",
    re.IGNORECASE,
)
_INFANT = Gate(
    re.compile(
        r"\b(?:nursery|nicu|newborn (?:boy|girl|male|female|infant|discharge|exam|nursery|note|record|h&p|of (?:an? )?)|baby (?:boy|girl)|"
        r"born (?:here|in this (?:hospital|house)|vaginally|by (?:c-?section|ca?esarean|section))|days? of life|dol ?#?\d|cephalh?ematoma|co-?twin|"
        r"(?:single|term|preterm) (?:boy|girl|infant|newborn|neonate)|twin [abc](?=[,:])|infant,? delivered|liveborn in this hospital|liveborn (?:by|via) [\w/ -]{2,20} here)(?!\w)",
        re.IGNORECASE,
    )
)
"""What only the child's own note says."""

_MOTHER = re.compile(
    r"\bG\s?\d{1,2}\s?,?\s?P\s?\d|\bgravida|\bpre-?eclampsia\b|\bpre-?labou?r\b|\bthrough(?:out)? (?:the |her )?pregnancy\b|\b(?:ebl|qbl)\b|\bdelivery (?:summary|note)\b|\bpost-?partum\b|\bplacenta (?:delivered|intact|complete)|\bepisiotomy|"
    r"\b(?:she|patient|pt|mother) (?:then )?(?:delivered|was delivered|gave birth)|\bdelivered (?:of )?(?:a|an|viable|live\w*|healthy)\b|\bdelivery of (?:a|an|viable|live\w*)\b|"
    r"\b(?:spontaneous |vaginal |ca?esarean )*delivery (?:of|over|with)\b|\blochia\b|\bperineal|\b(?:in|active) labor\b|\byear[- ]old\b|\by/?o\b|\b(?:c-?section|ca?esarean|ltcs) (?:performed|for)\b",
    re.IGNORECASE,
)
"""What only the mother's note says, though it tells of the child too."""

_PARITY = re.compile(r"\bG\s?(\d{1,2})\s?,?\s?P\s?\d", re.IGNORECASE)
_TRIMESTER = re.compile(r"\b(?:(first|1st)|(second|2nd)|(third|3rd)) trimester\b", re.IGNORECASE)
_FETUS = re.compile(r"\b(?:twin|fetus|baby) (?:([a1])|([b2])|([c3]))\b", re.IGNORECASE)
_LOOSE = re.compile(
    r"(?:^|[\n.;:,(@]\s*|\b(?:at|now|currently|y/?o|g\d+(?: ?,?p\d+\w*)?,?) |(?:prenatal|antepartum|antenatal|mfm|iup|triage|l&d|p?prom|ptl|abortion|hyperemesis|gdm|ghtn|previa|iugr|fgr|iufd|twins|preeclampsia|insufficiency|cerclage|di/di|mono/di|cervix|anc|antenatal visit|scan|ultrasound|visit|check) |\bob\b[^\n.:]{0,12} )(?P<w>\d{1,2}) ?(?:\+ ?[0-6]\b|(?:w|wks?|weeks?)\b)(?! ?(?:ago|post|after|old|pp\b|of life|s/p|follow|visit|later|from|of (?:pain|nausea)|history|duration|pregnancy test))",
    re.IGNORECASE,
)
_BORN = re.compile(r"\b(?:live[- ]?born|stillborn|liveborns|born alive)\b", re.IGNORECASE)
_AT_BIRTH = re.compile(
    r"(?<![\d./x-])(?P<w>2\d|3\d|4[0-3]) ?(?:\+ ?[0-6]\b|(?:w|wks?|weeks?)\b)(?! ?(?:ago|post|after|old|pp\b|of (?:life|pain|nausea|history)|s/p|follow|later|duration))",
    re.IGNORECASE,
)
"""Weeks without more, in the note of a birth."""
_BARE = re.compile(
    r"(?<![\d./x+-])(?P<w>[5-9]|[1-3]\d|4[0-3])(?:[- ]?(?:w|wks?|weeks?)\b| ?\+ ?[0-6]\b)(?! ?(?:ago|post|after|old|pp\b|of (?!g)|s/p|follow|visit|later|earlier|prior|before|from|since|history|duration|pregnancy test|course|apart|out\b|or\b|-))",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:for|x|past|last|in|after|q|every|over|within|until|till|by|since|from|of|next|another|than|to|about|took|lasting|again|return|f/?u|follow\w*|re-?scan|repeat|re-?check|rtc|review\w*|prior|previous|history|hx|h/o|appointment|appt|delivered|born|loss)\b[^.;\n]{0,12}$|[<>~]\s?$",
    re.IGNORECASE,
)
"""Before weeks: they are how long something takes or took, or when somebody comes again."""
TWINS = re.compile(r"\btwins?\b", re.IGNORECASE)
_SECOND, _THIRD = 14, 28
_LONGEST = 44


@dataclass(frozen=True, slots=True)
class Obstetrics:
    """A note's pregnancy or birth.

    Attributes:
        stage: Where the note stands; ``""`` where it is about none.
        weeks: Completed weeks of gestation, if stated.
        trimester: ``first``, ``second``, ``third`` or ``""``.
        gravida: How many pregnancies, if stated.
        fetus: The seventh character for the fetus concerned: ``0`` where there is one, or none is named.
    """

    stage: Stage
    weeks: int | None = None
    trimester: str = ""
    gravida: int | None = None
    fetus: str = "0"


@of_note(16)
def obstetrics(note: str) -> Obstetrics:
    """Reads a note once; asked again it remembers."""
    stage = _stage(note)
    if not stage:
        return Obstetrics("")
    weeks = gestation(note)
    parity = _PARITY.search(note)
    gravida = (
        int(parity.group(1))
        if parity
        else 1
        if re.search(r"\bprimigravida\b|\bfirst pregnancy\b", note, re.IGNORECASE)
        else None
    )
    fetuses = {match.lastindex or 0 for match in _FETUS.finditer(note)}
    return Obstetrics(stage, weeks, _trimester(note, weeks), gravida, str(min(fetuses)) if len(fetuses) == 1 else "0")


def gestation(note: str) -> int | None:
    """The completed weeks of gestation a note states."""
    told = gestation_told(note)
    return _number(told) if told else None


def _number(told: re.Match[str]) -> int:
    return int(next(value for name, value in told.groupdict().items() if name.startswith("w") and value))


def gestation_told(note: str) -> re.Match[str] | None:
    """Where a note states the completed weeks of gestation: the first of those plausible."""
    for match in _weeks(note):
        is_earlier = match["w5"] and _is_earlier(note, match)
        if 3 < _number(match) <= _LONGEST and not is_earlier:  # noqa: PLR2004 - nobody is known to be pregnant before
            return match
    may_be = (_pregnant(note).search(note) or _DELIVERED.search(note)) and not _AFTER.search(note)
    loose = next((m for m in _LOOSE.finditer(note) if not _is_earlier(note, m)), None) if may_be else None
    loose = loose or (_AT_BIRTH.search(note) if _BORN.search(note) else None)
    loose = loose or (_bare(note) if may_be else None)
    return loose if loose and 3 < _number(loose) <= _LONGEST else None  # noqa: PLR2004 - as above


_EARLIER = re.compile(
    r"\b(?:prior|previous|past|history of|hx of|h/o|last)\b[^.;,\n]{0,30}\b(?:stillb\w+|loss|miscarriage|demise|iufd|abruption|delivery|birth|sab|pregnancy)\b\W*(?:at )?$",
    re.IGNORECASE,
)
"""Before weeks: they are those of another pregnancy."""


def _is_earlier(note: str, weeks: re.Match[str]) -> bool:
    start = next(weeks.start(name) for name, value in weeks.groupdict().items() if name.startswith("w") and value)
    return _EARLIER.search(note, max(0, start - 60), start) is not None


def _bare(note: str) -> re.Match[str] | None:
    """Weeks without more in the note of a pregnancy, that are no span of time and no plan."""
    return next((m for m in _BARE.finditer(note) if not _SPAN.search(note, max(0, m.start() - 30), m.start())), None)


def _trimester(note: str, weeks: int | None) -> str:
    if weeks is not None:
        return "first" if weeks < _SECOND else "second" if weeks < _THIRD else "third"
    match = _TRIMESTER.search(note)
    return ("first", "second", "third")[(match.lastindex or 1) - 1] if match else ""


def _stage(note: str) -> Stage:
    may_be_newborn, may_be_mother = _ages(note)
    if may_be_newborn:
        newborn = _NEWBORN.search(note)
        if newborn and not _MATERNAL.search(note):
            return "newborn"
        if _INFANT.search(note) and not _MOTHER.search(note):
            return "newborn"
    return _maternal(note) if may_be_mother and not gate(_OF_A_CHILD).search(note) else ""


def _maternal(note: str) -> Stage:
    delivered = _told(_DELIVERED, note)
    after = _told(_AFTER, note)
    if after and not (
        delivered and re.search(r"\bliveborn|\bplacenta\b|delivery (?:summary|note)", note, re.IGNORECASE)
    ):
        return "puerperium"
    if delivered:
        return "childbirth"
    if (gestation_stated(note) or _told(_pregnant(note), note)) and not _NEVER.search(note):
        return "pregnancy"
    return ""


def _told(pattern: Gate, note: str) -> re.Match[str] | None:
    """The first match that is neither a plan nor of another time."""
    return next(
        (
            m
            for m in pattern.finditer(note)
            if not (_PLANNED.search(note, max(0, m.start() - 60), m.start()) or _BYGONE.match(note, m.end()))
        ),
        None,
    )


_BYGONE = re.compile(
    r"[\s,]*(?:history|hx)\b|[^.;\n]{0,12}\b(?:in|with|during) (?:her |the |a )?(?:last|previous|prior|first|second|third|earlier|past|younger|older|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
"""Behind what speaks of a pregnancy: it was another one."""


def _ages(note: str) -> tuple[bool, bool]:
    """Whether the patient may be newborn, and whether she may be pregnant or have given birth, by age and sex as stated."""
    for match in _AGE.finditer(note):
        around = note[max(0, match.start() - _BESIDE) : match.start()] + note[match.end() : match.end() + _BESIDE]
        if _RELATIVE.search(around):
            continue
        unit = (match["unit"] or "y").lower()
        days = int(match["number"]) * _DAYS[unit[0]]
        years = days / _DAYS["y"]
        is_male = match["sex"] == "M" or (not match["sex"] and _MALE.match(note, match.end()) is not None)
        return days <= _NEW, _FERTILE[0] <= years <= _FERTILE[1] and not is_male
    return True, True


_AGE = re.compile(
    r"\b(?P<number>\d{1,3})(?:[- ]?(?P<unit>years?|yrs?|months?|mos?|weeks?|wks?|days?)[- ]old\b|[ -]?(?:y/?o|y\.o\.)(?!\w)|(?P<sex>[FM])\b)"
)
_BESIDE = 25
"""Characters beside an age that tell whose it is."""

_RELATIVE = re.compile(
    r"\b(?:mother|mom|father|dad|brother|sister|sibling|wife|husband|son|daughter|child(?:ren)?|partner|g\d+|gravida|since|when|at age)\b",
    re.IGNORECASE,
)
_MALE = re.compile(r",?(?: (?!deliver|gave|with|had|has|whose)[\w-]+){0,3} (?:male|man|gentleman|boy)\b", re.IGNORECASE)
_DAYS = {"y": 365, "m": 30, "w": 7, "d": 1}
_NEW = 60
"""Days after which what a child has is no longer read as a newborn's: perinatal conditions may be told of a little longer."""

_FERTILE = (10, 56)
_OF_A_CHILD = re.compile(
    r"\b(?:born|baby|infant|child|product|delivered|delivery|to|of) (?:was )?(?:to |of |from |by |after )?(?:an? |the )?(?:\d+[- ]?(?:y/?o|year[- ]old) )?(?:G\d+ ?P\d+\w*|gravida \d+,? para \d+)[ ,]+(?:\w+ )?mother\b|"
    r"\b(?:product of|after) (?:an? |the )?(?:\w+ )?(?:normal|uncomplicated|full[- ]term|term|unremarkable|\d+[- ]weeks?) (?:\w+ )?pregnancy\b",
    re.IGNORECASE,
)
"""Tells of a child's birth in the child's own note."""


def gestation_stated(note: str) -> bool:
    """Whether weeks are stated in a way only pregnancies are: with days, or as an age of gestation."""
    return any(not match["w5"] and gestation(match.group()) for match in _weeks(note))


def _weeks(note: str) -> Iterator[re.Match[str]]:
    """The statements of weeks, tried only where one may start."""
    position = 0
    for start in _WEEKS_START.finditer(note):
        if start.start() >= position and (match := _WEEKS.match(note, start.start())):
            yield match
            position = match.end()


_SIDES = re.compile(
    r"\b(?:(right|rt)|(left|lt))\b|\b(?:(?-i:(R))|(?-i:(L)))(?= (?:tub|adnex|fallop|ampull|ovar))", re.IGNORECASE
)


_TUBE = re.compile(r"\b(?:right|left|rt|lt)\b(?= (?:fallopian|tub|ampull|isthm|ovar|interstit))", re.IGNORECASE)
"""The side of the very tube, where the note speaks of the other one too."""


@of_note(16)
def side_of_tube(note: str) -> str:
    """The side that a note names beside tube or ovary, empty where it names none or both."""
    sides = {"right" if match[1] or match[3] else "left" for match in _SIDES.finditer(note)}
    if len(sides) > 1:
        sides = {"right" if match.group()[0] in "rR" else "left" for match in _TUBE.finditer(note)}
    return sides.pop() if len(sides) == 1 else ""
