"""Transport accidents (V00-V89): who the patient was, what was hit, on a public road or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from detect_icd.matchers.special.statement import Statement
from detect_icd.whole_note import anywhere

if TYPE_CHECKING:
    from detect_icd.codebook import CodeBook

_CAR = r"(?:car|sedan|automobile|vehicle|suv|coupe|minivan|hatchback|taxi|uber|jeep|auto)"
_ROLES = (
    ("pedestrian", r"\bpedestrian\b|\bped vs|\bwhile (?:crossing|walking (?:across|along|in))|\b(?:struck|hit|run over) by (?:a |an |the )?(?:\w+ )?(?:car|vehicle|truck|suv|van|bus|auto|sedan|motorcycle|pickup)\b(?=[^.;]{0,40}\b(?:crossing|walking|crosswalk|on foot))"),
    ("motorcycle", r"\bmotorcyclists?\b|\bmotorcycles?\b(?! (?:struck|hit|ran))|\bmcc\b|\bmoped\b|\bdirt bike"),
    ("cyclist", r"\b(?:bi)?cyclist\b|\b(?:riding|fell off|fall from|fell from|thrown from|off|control of|crashed|wrecked|flipped(?: over)?|wiped out on|on) (?:a |an |his |her |the )?(?:bike|bicycle|mountain bike|pedal cycle)\b|\b(?:bike|bicycle) (?:accident|crash|rider|vs|fall|hit|struck)|\bpedal cyclist"),
    ("atv", r"\b(?:atv|four-?wheeler|quad bike|all[- ]terrain)\b"),
    ("snowmobile", r"\bsnowmobile"),
    ("horse", r"\b(?:thrown|fell|fall|bucked|fallen|ejected)\b[^.;]{0,20}\b(?:from|off)\b[^.;]{0,8}\b(?:horse|pony|mule)"),
    ("skateboard", r"\b(?:fell|fall|thrown|came|flew|tumbled|wiped out|slipped|flipped)\b[^.;]{0,15}\b(?:from|off|on)\b[^.;]{0,10}\bskateboard|\bskateboard(?:ing)? (?:accident|fall|injury)|\bfell (?:while )?skateboarding"),
    ("escooter", r"\b(?:electric|e-?) ?scooter|\be-scooter|\bstanding scooter"),
    ("scooter", r"\b(?:fell|fall|thrown|came|flew|tumbled|wiped out|slipped|flipped)\b[^.;]{0,15}\b(?:from|off|on)\b[^.;]{0,10}\bscooter"),
    ("rollerskates", r"\broller ?(?:skat|blad)\w+|\bin-?line skat\w+"),
    ("iceskates", r"\b(?:fell|fall|slipped)\b[^.;]{0,20}\bice[- ]?skat\w+"),
    ("snowboard", r"\bsnowboard\w*"),
    ("ski", r"\b(?:fell|fall|crash\w*|injured|accident)\b[^.;]{0,20}\bskiing|\b(?<!water )(?<!water-)(?<!jet )skiing\b[^.;]{0,25}\b(?:accident|fall|fell|crash\w*|injury)"),
    ("sled", r"\bsled(?:ding)?\b"),
    ("truckdriver", r"\b(?:semi|tractor[- ]trailer|heavy truck|18-wheeler) (?:truck )?driver"),
    ("driver", r"\b(?:driver|driving|drove|behind the wheel)\b"),
    ("passenger", r"\b(?:passenger|backseat|back seat)\b"),
    ("occupant", r"\bmvc\b|\bmva\b|\bmotor[- ]vehicle (?:collision|accident|crash)|\bcar (?:accident|crash|wreck)|\brear[- ]?ended\b|\bt-?boned|\bhead-?on collision|\b(?:un)?restrained\b|\bbelted\b|\bauto accident|\brollover"),
)  # fmt: skip
_ROLE = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ROLES)
_HIT = (
    ("pickup", r"pick-?up(?: truck)?"),
    ("suv", r"suv|sport utility"),
    ("van", r"(?<!mini)van|minivan"),
    ("heavy", r"semi(?:-?truck|-?trailer)?|tractor[- ]trailer|18-wheeler|dump truck|box truck|bus|garbage truck|cement truck|truck"),
    ("twowheel", r"motorcycle|moped|dirt bike"),
    ("bicycle", r"bicycle|bicyclist|bike|cyclist"),
    ("train", r"train|railway"),
    ("animal", r"deer|moose|dog|cow|horse|animal|pedestrian"),
    ("fixed", r"tree|telephone pole|utility pole|light pole|lamp ?post|pole|wall|guard ?rail|median|barrier|fence|building|parked car|parked vehicle|mailbox|ditch|embankment|curb"),
    ("car", r"(?<!\bhis )(?<!\bher )(?<!\btheir )" + _CAR + r"|another vehicle|other vehicle"),
)  # fmt: skip
_COUNTERPART = re.compile(
    r"\b(?:struck|hit|hitting|strikes|collided|collision|vs\.?|versus|into|rear[- ]?ended|t-?boned|sideswiped|crashed|crash|run over|ran over|by|against|with|swerved|skidd?ed|slid|veered|careened|plowed|off the road)(?:\b|(?<=\.))[^.;]{0,40}?\b(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _HIT)
    + r")\b",
    re.IGNORECASE,
)
_STRIKER = re.compile(
    r"\b(?:a|an|another|the other) (?:\w+ )?(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _HIT if name != "fixed")
    + r") (?:hit|struck|rear-?ended|t-?boned|sideswiped|ran into|crashed into|backed into|pulled out) (?:it|him|her|them|us|his|their|the|in front)\b",
    re.IGNORECASE,
)
"""The other one told first: "a sedan hit it from behind"."""

_NO_OTHER = re.compile(r"\bno (?:other )?\w+$", re.IGNORECASE)
_ACCIDENT = re.compile(
    r"\b(?:mvc|mva|mcc|collision|collided|crash(?:ed)?|accident|struck|hit|rear[- ]?ended|t-?boned|sideswiped|rollover|rolled over|overturned|"
    r"thrown|ejected|fell|fall|came off|flew off|tumbled|wiped out|bucked|flipped|ran (?:into|off|over)|run over|wreck|vs|lost control|swerved|skidd?ed|slid|veered|careened|plowed|spun out|skateboarding|sledding|snowboard\w*|skiing)\b",
    re.IGNORECASE,
)
_NONCOLLISION = re.compile(
    r"\b(?:rollover|rolled over|overturned|flipped|fell off|fall from|fell from|thrown|ejected|lost control|fell|laid down|wiped out|went down|over the handlebars)\b",
    re.IGNORECASE,
)
_NONTRAFFIC = re.compile(
    r"\b(?:parking (?:lot|garage)|driveway|off-?road|(?:bike|bicycle|cycle) (?:path|trail)|private (?:property|road)|field|trail|track|woods|nontraffic|garage|farm|yard|dirt (?:road|track)|motocross)\b",
    re.IGNORECASE,
)
_BIKE_DIGIT = {
    "animal": "0",
    "bicycle": "1",
    "twowheel": "2",
    "car": "3",
    "pickup": "3",
    "suv": "3",
    "van": "3",
    "heavy": "4",
    "train": "5",
    "fixed": "7",
}
_CAR_KIND = {"suv": "1", "car": "2", "pickup": "3", "van": "4"}
_PED = {
    "bicycle": "V01",
    "twowheel": "V02",
    "car": "V03",
    "pickup": "V03",
    "suv": "V03",
    "van": "V03",
    "heavy": "V04",
    "train": "V05",
}
_FALLS = {
    "skateboard": "V00.131",
    "scooter": "V00.141",
    "escooter": "V00.841",
    "rollerskates": "V00.121",
    "iceskates": "V00.211",
    "snowboard": "V00.311",
    "ski": "V00.321",
    "sled": "V00.221",
    "horse": "V80.010",
}
_LINK = r"(?:(?!\b(?:hit|struck|by|boned|vs|into|against|with|when|who|that|collided|ended)\b)[^.;,]){0,25}?"
_OWN = re.compile(
    rf"\b(?:driver|driving|drove|passenger|occupant|riding|restrained|belted)\b{_LINK}\b(?:of|in|on|a|an|his|her|the|their) (?:\w+ )?(?:"
    r"(?P<v5>pick-?up(?: truck)?|vans?|mini-?vans?|mini-?bus|SUVs?|sport utility vehicle)|"
    r"(?P<v6>semi(?:-?truck|-?trailer)?|tractor[- ]trailer|18-wheeler|dump truck|box truck|garbage truck|cement truck|big rig|lorry)|"
    r"(?P<v7>bus(?! stop)|motor ?coach))\b|\b(?P<v5b>pick-?up(?: truck)?|van|minivan|SUV) (?:driver|passenger|occupant)\b|\b(?P<v6b>semi|truck|tractor-trailer) driver\b|\b(?P<v7b>bus) (?:driver|passenger)\b",
    re.IGNORECASE,
)
"""What the patient was in, where it is no car: a pick-up or van (V50-V59), a heavy truck (V60-V69), a bus (V70-V79)."""


def _own(note: str, start: int, end: int) -> str:
    match = _OWN.search(note, start, end)
    return (match.lastgroup or "")[1:2] if match else ""


_ELECTRIC = re.compile(r"\be-?bike|\belectric (?:bicycle|bike)", re.IGNORECASE)


class TransportMatcher:
    """Finds the transport accident of a sentence."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book

    def statements(self, note: str, start: int, end: int) -> Iterator[Statement]:
        """The accident, if the sentence tells of one: who and how."""
        accident = _ACCIDENT.search(note, start, end)
        if accident is None:
            return
        role = next(((name, match) for name, regex in _ROLE if (match := regex.search(note, start, end))), None)
        if role is None:
            return
        name, match = role
        hit = _COUNTERPART.search(note, start, end)
        hit = hit or _STRIKER.search(note, start, end)
        if hit is not None and _NO_OTHER.search(hit.group()):
            hit = None
        other = hit.lastgroup or "" if hit else ""
        code = self._code(name, other, note, start, end)
        if code is None:
            return
        spans = [match.span(), accident.span(), *([hit.span()] if hit else [])]
        yield Statement(
            code,
            min(low for low, _ in spans),
            max(high for _, high in spans),
            f"transport/{name}",
            0.9,
            ("V", "W", "X", "Y", "Z04"),
        )

    def _code(self, role: str, other: str, note: str, start: int, end: int) -> str | None:
        nontraffic = anywhere(_NONTRAFFIC, note) is not None
        alone = _NONCOLLISION.search(note, start, end) is not None and not other
        if role in _FALLS:
            return self._full(_FALLS[role])
        if role == "pedestrian":
            base = _PED.get(other)
            return (
                self._full(base + (".00" if nontraffic else ".10"))
                if base
                else self._full("V09.20" if not nontraffic else "V09.00")
            )
        if role == "cyclist":
            return self._cycle(other, alone=alone, nontraffic=nontraffic)
        if role == "motorcycle":
            return self._motorcycle(other, alone=alone, nontraffic=nontraffic, electric=bool(anywhere(_ELECTRIC, note)))
        if role in {"atv", "snowmobile"}:
            kind = {"atv": "5", "snowmobile": "2"}[role]
            seat = (
                "6"
                if re.search(r"\bpassenger\b", note[start:end], re.IGNORECASE)
                else "5"
                if re.search(r"\b(?:driv|operat|riding|rider)", note[start:end], re.IGNORECASE)
                else "9"
            )
            return self._full(f"V86.{seat}{kind}")
        return self._car(role, other, _own(note, start, end), alone=alone, nontraffic=nontraffic)

    def _cycle(self, other: str, *, alone: bool, nontraffic: bool) -> str | None:
        digit = _BIKE_DIGIT.get(other, "8" if alone or not other else "")
        if not digit:
            return self._full("V19.9")
        return self._full(f"V1{digit}.{'0' if nontraffic else '4'}")

    def _motorcycle(self, other: str, *, alone: bool, nontraffic: bool, electric: bool) -> str | None:
        digit = _BIKE_DIGIT.get(other, "8" if alone else "")
        kind = "1" if electric else "9"
        if not digit:
            return self._full(f"V29.9{kind}")
        return self._full(f"V2{digit}.{'0' if nontraffic else '4'}{kind}") or self._full(
            f"V2{digit}.{'0' if nontraffic else '4'}"
        )

    def _car(self, role: str, other: str, own: str, *, alone: bool, nontraffic: bool) -> str | None:
        if own:
            return self._larger(role, other, own, alone=alone, nontraffic=nontraffic)
        seat = {"driver": ("0", "5"), "passenger": ("1", "6")}.get(role, ("3", "9"))[0 if nontraffic else 1]
        if other in _CAR_KIND:
            return self._full(f"V43.{seat}{_CAR_KIND[other]}")
        digit = _BIKE_DIGIT.get(other, "8" if alone else "")
        if digit:
            return self._full(f"V4{digit}.{seat}")
        if role in {"driver", "passenger"}:
            return self._full(
                f"V49.{ {('driver', True): '00', ('driver', False): '40', ('passenger', True): '10', ('passenger', False): '50'}[role, nontraffic] }"
            )
        return self._full("V89.0" if nontraffic else "V89.2")

    def _larger(self, role: str, other: str, own: str, *, alone: bool, nontraffic: bool) -> str | None:
        """The accident of somebody in a pick-up, a van, a truck or a bus."""
        seat = {"driver": ("0", "5"), "truckdriver": ("0", "5"), "passenger": ("1", "6")}.get(role, ("3", "9"))
        digit = _BIKE_DIGIT.get(other, "8" if alone else "")
        if digit:
            return self._full(f"V{own}{digit}.{seat[0 if nontraffic else 1]}")
        place = {"driver": ("00", "40"), "truckdriver": ("00", "40"), "passenger": ("10", "50")}.get(role, ("3", "9"))
        code = f"V{own}9.{place[0 if nontraffic else 1]}"
        return self._full(code) or self._full(code[:-1])

    def _full(self, code: str) -> str | None:
        entry = self.book.get(code)
        return entry.with_seventh("A") if entry is not None and entry.needs_seventh else None
