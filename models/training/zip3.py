"""Writes redactphi/data/zip3: the three-digit ZIP prefixes that may stay, by Census, and those of each State.

A prefix may stay when it is in delivery use, holds at least one street-delivery ZIP code outside the military
states (a prefix of only PO boxes, single addressees or military posts has no Census area to count), and is not among
the prefixes of 20,000 people or fewer.

Sources: ZIP codes in use from the package `zipcodes` (MIT); restricted prefixes of 2000 from the HHS OCR guidance on
de-identification (2012), of 2010 and 2020 from the Decennial Census counts by ZCTA.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import zipcodes

DATA = Path(__file__).resolve().parents[2] / "redactphi" / "data" / "zip3"
MILITARY = {"AA", "AE", "AP"}
RESTRICTED = {
    "census-2000": "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893",
    "census-2010": "036 059 102 203 205 369 556 692 821 823 878 879 884 893",
    "census-2020": "036 059 102 202 203 204 205 369 556 692 753 772 821 823 878 879 884 893",
}


def main() -> None:
    """Write the tables."""
    populated, states = set(), defaultdict(set)
    for entry in zipcodes.list_all():
        prefix = entry["zip_code"][:3]
        states[entry["state"]].add(prefix)
        if entry["zip_code_type"] == "STANDARD" and entry["state"] not in MILITARY:
            populated.add(prefix)
    for name, restricted in RESTRICTED.items():
        allowed = sorted(populated - set(restricted.split()))
        (DATA / f"{name}.tsv").write_text("prefix\n" + "".join(f"{prefix}\n" for prefix in allowed))
    rows = (f"{state}\t{' '.join(sorted(prefixes))}\n" for state, prefixes in sorted(states.items()))
    (DATA / "states.tsv").write_text("state\tprefixes\n" + "".join(rows))


if __name__ == "__main__":
    main()
