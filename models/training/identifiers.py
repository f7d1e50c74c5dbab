# ruff: noqa: PLR2004 - shares of a mixture have no names
"""Makes numbers and codes that identify: by shape, so that every office's own way of numbering comes up."""

from __future__ import annotations

import functools
import random
import re
import string
from collections.abc import Callable

from models.training.surface import surface

_VIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_MBI = "ACDEFGHJKMNPQRTUVWXY"
_PHONES = ("(###) ###-####", "(###) ###-####", "(###) ###-####", "###-###-####", "###-###-####", "###-###-####", "###.###.####", "### ### ####", "##########", "1-###-###-####", "+1 ### ### ####", "+1-###-###-####", "+1 (###) ###-####", "(###)###-####", "###/###-####", "###-####", "1 (###) ###-####", "### - ### - ####", "(###) ### ####", "+44 20 #### ####", "+52 55 #### ####", "0#### ######", "###-###-#### ext. ###", "###-###-#### x####", "(###) ###-####, ext. ####")  # fmt: skip
_RARER_PHONES = ("###.###.####", "1.###.###.####", "+1.###.###.####", "###.####", "### ####", "###-####", "###-###-####x####", "###-###-#### X####", "###.###.#### x###", "(###) ###.####", "(###)-###-####", "(###) - ### - ####", "( ### ) ### - ####", "### - ####", "###- ###-####", "###--###-####", "###_###_####", "###/###.####", "1 ### ### ####", "1/###/###-####", "+1 ###.###.####", "+1(###)###-####", "001 ### ### ####", "###-###-#### extension ###", "###-###-#### ext ####", "###-###-####, ext ##", "###-###-#### ext.####", "###-###-#### Ext: ####", "###-###-#### option #", "###-###-#### opt #", "###-###-####, press #", "(###) ###-#### extn ####", "###-#### ext. ###", "###-#### x##", "###.#### ext ####", "1-800-###-####", "1-888-###-####", "(800) ###-####", "(866) ###-####", "800-###-####", "877-###-####", "855.###.####", "1 (844) ###-####", "1-833-###-####", "800 ### ####", "1-800-###-####, ext. ####", "1-800-###-HELP", "1-888-###-CARE", "###-###-RIDE", "1-877-###-MEDS", "+52 ### ### ####", "+52 1 ### ### ####", "011 52 ### ### ####", "+63 9## ### ####", "+44 7### ######", "+91 ##### #####", "+84 ## ### ## ##", "+1-787-###-####")  # fmt: skip
_DOMAINS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "comcast.net", "msn.com", "verizon.net", "proton.me", "live.com", "att.net", "me.com", "sbcglobal.net", "mail.com")  # fmt: skip
_PHOTO_ENDS = (".jpg", ".jpg", ".jpeg", ".JPG", ".png", ".tif", ".heic", ".dcm", ".bmp")


def shaped(rng: random.Random, shape: str) -> str:
    """A shape with its wildcards filled."""
    return "".join(_WILD[char](rng) if char in _WILD else char for char in shape).strip()


_MIXED = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_DIGITS, _CAPITALS, _HEX = string.digits, string.ascii_uppercase, "0123456789abcdef"
_WILD: dict[str, Callable[[random.Random], str]] = {
    "#": lambda rng: _DIGITS[int(rng.random() * 10)],
    "@": lambda rng: _CAPITALS[int(rng.random() * 26)],
    "%": lambda rng: _HEX[int(rng.random() * 16)],
    "~": lambda rng: _MIXED[int(rng.random() * len(_MIXED))],
}


_DIGIT_WORDS = (("oh", "zero", "o"), ("one",), ("two",), ("three",), ("four",), ("five",), ("six",), ("seven",), ("eight",), ("nine",))  # fmt: skip
_MARK_WORDS = {"-": "dash", ".": "dot", "/": "slash", "(": "", ")": ",", "#": "number"}


def spoken(rng: random.Random, text: str) -> str:
    """An identifier as it is dictated: digit by digit, in words."""
    zero = rng.choice(_DIGIT_WORDS[0])
    words = [
        (zero if char == "0" else _DIGIT_WORDS[int(char)][0]) if char.isdigit() else _MARK_WORDS.get(char, char)
        for char in text
        if not char.isspace()
    ]
    return " ".join(word for word in words if word).replace(" ,", ",").strip(" ,")


_SCANNED = frozenset({"mrn", "account", "fin", "accession", "lot", "serial", "claim", "plan"})


@functools.cache
def _shapes() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The shapes of each kind of number: the common ones and, where there are any, the rarer ones."""
    rows = (line.partition(": ") for line in surface("number_shapes"))
    return {kind: tuple(tuple(part.split("; ")) for part in shapes.split(" || ")) for kind, _, shapes in rows}


def number(rng: random.Random, kind: str) -> str:
    """A number of a kind in ``number_shapes``; letters are now and then lower case, a scan puts blanks between all."""
    text = shaped(rng, rng.choice(rng.choice(_shapes()[kind])))
    draw = rng.random()
    if draw < 0.04:
        return text.lower()
    return " ".join(text.replace(" ", "")) if draw < 0.055 and kind in _SCANNED and 4 < len(text) < 12 else text


def phone(rng: random.Random) -> str:
    """A telephone number in one of many forms; area codes and exchanges never start with 0 or 1."""
    shape = rng.choice(_PHONES if rng.random() < 0.6 else _RARER_PHONES)
    if (shape[0] == "+" and not shape.startswith("+1")) or shape[0] == "0":
        return shaped(rng, shape)
    digits = "".join(_area(rng) if group == "###" else group for group in re.split(r"(?<!#)(###)(?!#)", shape))
    return shaped(rng, digits)


def _area(rng: random.Random) -> str:
    return rng.choice("23456789") + shaped(rng, "##")


def mbi(rng: random.Random) -> str:
    """A Medicare beneficiary identifier. Shape: CMS, 'Understanding the MBI' (C A AN N A AN N A A N N)."""
    pools = {"C": "123456789", "A": _MBI, "N": _DIGITS, "E": _MBI + _DIGITS}
    text = "".join(rng.choice(pools[kind]) for kind in "CAENAENAANN")
    return f"{text[:4]}-{text[4:7]}-{text[7:]}" if rng.random() < 0.6 else text


def npi(rng: random.Random) -> str:
    """A National Provider Identifier with its check digit (Luhn over 80840 and the number)."""
    body = rng.choice("12") + "".join(rng.choices(_DIGITS, k=8))
    total = 24 + sum(
        sum(divmod(int(char) * 2, 10)) if index % 2 == 0 else int(char) for index, char in enumerate(reversed(body))
    )
    return f"{body}{-total % 10}"


def dea(rng: random.Random, initial: str) -> str:
    """A DEA number with its check digit.

    Args:
        rng: Where chance comes from.
        initial: First letter of the prescriber's surname.
    """
    digits = [rng.randrange(10) for _ in range(6)]
    check = (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10
    letter = initial.upper() if initial.isascii() and initial.isalpha() else "S"
    return rng.choice("ABFGM") + letter + "".join(map(str, digits)) + str(check)


def vin(rng: random.Random) -> str:
    """A vehicle identification number."""
    return rng.choice("12345JKWYZ") + "".join(rng.choices(_VIN, k=10)) + "".join(rng.choices(_DIGITS, k=6))


def udi(rng: random.Random) -> str:
    """A unique device identifier in GS1 or HIBCC form."""
    if rng.random() < 0.7:
        return shaped(rng, rng.choice(("(01)0##############(17)######(10)@@####", "(01)##############(21)########", "(01)##############(11)######(17)######(10)####@", "01##############17######10@####")))  # fmt: skip
    return shaped(rng, "+@###@@@####/$$#######@####")


def email(rng: random.Random, first: str, last: str, domain: str = "") -> str:
    """A mail address of a person.

    Args:
        rng: Where chance comes from.
        first: Given name.
        last: Family name.
        domain: Of an organisation; a public provider when empty.
    """
    first, last = plain(first), plain(last)
    shapes = (f"{first}.{last}", f"{first[0]}{last}", f"{first}{last}", f"{first}_{last}", f"{last}.{first}", f"{first}{rng.randint(1, 99)}", f"{first[0]}.{last}", f"{last}{first[0]}", f"{first}-{last}", f"{first}{rng.randint(1940, 2008)}")  # fmt: skip
    local = rng.choice(shapes)
    if not domain and rng.random() < 0.4:
        local += str(rng.randint(1, 999))
    if rng.random() < 0.06:
        local = "".join(rng.choices(string.ascii_lowercase, k=6)) + str(rng.randint(1, 99))
    text = f"{local}@{domain or rng.choice(_DOMAINS)}"
    draw = rng.random()
    return text.upper() if draw < 0.04 else text.title() if draw < 0.05 else text


def plain(name: str) -> str:
    """A name as it goes into addresses and user names: ASCII letters in lower case, at least one."""
    return "".join(char for char in name.lower() if char in string.ascii_lowercase) or "x"


def domain(rng: random.Random, organisation: str) -> str:
    """The internet domain of an organisation."""
    words = [word for word in (plain(part) for part in organisation.split()) if word not in ("of", "the", "and", "x")]
    made = rng.choice(("".join(words[:2]), "-".join(words[:2]), words[0] if words else "clinic", "".join(word[0] for word in words) + rng.choice(("health", "med", "mc"))))  # fmt: skip
    return (made[:24].strip("-") or "clinic") + rng.choice((".org", ".org", ".com", ".edu", ".net", ".gov", ".health"))


def url(rng: random.Random, host: str, slug: str) -> str:
    """A web address under a host."""
    start = rng.choice(("https://", "https://www.", "http://www.", "www.", "http://", "https://mychart.", "https://portal.", "portal.", "patient."))  # fmt: skip
    path = rng.choice(("", "", "/", f"/{slug}", f"/patients/{rng.randint(1000, 999999)}", f"/portal?id={rng.randint(100, 99999)}", "/mychart", "/login", f"/results/{slug}.html", f"/~{slug}", f"/visit/{slug}/{rng.randint(1, 99)}"))  # fmt: skip
    return start + host + path


def ip(rng: random.Random) -> str:
    """An IPv4 or IPv6 address; private networks come up often in audit trails."""
    if rng.random() < 0.3:
        return rng.choice(("192.168.{}.{}", "10.{}.{}.{}", "172.16.{}.{}", "127.0.{}.{}")).format(*(rng.randint(0, rng.choice((9, 254))) for _ in range(3)))  # fmt: skip
    if rng.random() < 0.85:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4)) + (f":{rng.choice((80, 443, 8080))}" if rng.random() < 0.08 else "")  # fmt: skip
    return rng.choice((":".join(f"{rng.getrandbits(16):x}" for _ in range(8)), f"2001:db8::{rng.getrandbits(16):x}", f"fe80::{rng.getrandbits(16):x}:{rng.getrandbits(16):x}"))  # fmt: skip


def username(rng: random.Random, first: str, last: str) -> str:
    """A log-in name of a person."""
    first, last = plain(first), plain(last)
    shapes = (f"{first[0]}{last}", f"{last}{first[0]}", f"{first[0]}_{last}", f"{first}.{last}", f"{first}_{last}", f"{last[:5]}{first[:2]}", f"{first[0]}{last[:7]}{rng.randint(1, 99)}", f"{last}_{rng.randint(1, 9)}", f"{first[0]}{last[0]}{rng.randint(1000, 99999)}", f"{last[:6]}{rng.randint(1, 999)}", f"rn_{last}", f"{first}{rng.randint(1, 99)}", f"dr{last}", f"{last}-{first[0]}")  # fmt: skip
    text = rng.choice(shapes)
    return text.upper() if rng.random() < 0.25 else text


def photo(rng: random.Random, last: str, stamp: str) -> str:
    """The file name of a photograph."""
    last = plain(last)
    shapes = (f"IMG_{rng.randint(1, 9999):04}", f"DSC{rng.randint(1, 99999):05}", f"{last}_wound_{rng.randint(1, 9)}", f"{last}-face-{stamp}", f"photo_{last}_{stamp}", f"{last}{stamp}", f"IMG-{stamp}-{rng.randint(1, 99):02}", f"pt_photo_{rng.randint(1000, 99999)}", f"facial_photo_{last}", f"{last}_preop", f"PXL_{stamp}_{rng.randint(100000, 999999)}", f"headshot_{last}", f"{last}_IMG{rng.randint(1, 999)}", f"scan{rng.randint(1, 999):03}_{last}")  # fmt: skip
    return rng.choice(shapes) + rng.choice(_PHOTO_ENDS)
