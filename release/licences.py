"""The licence of a package as its metadata declares it, and which ones are let in.

Only licences that were looked at are: a package under another one, or under none that can be told, stops the wheelhouse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from release import WheelhouseError

BSD = "BSD License"
"""What packages call a licence that may be any of those by this name; no SPDX identifier says that."""

ALLOWED = frozenset({
    "0BSD", "Apache-2.0", BSD, "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0", "MPL-2.0",
    "PSF-2.0", "Zlib",
})  # fmt: skip

_NAMED = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": BSD,
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""What older metadata says, in words -> SPDX."""

_CLASSIFIER = "License :: "
_OPERATORS = re.compile(r"\s+(?:AND|OR|WITH)\s+|[()]")


class LicenceError(WheelhouseError):
    """A package's licence is unknown or not allowed."""


def licence_of(metadata: Message) -> str:
    """The licence of a distribution, as an SPDX expression where there is one.

    Args:
        metadata: Its ``METADATA``.

    Raises:
        LicenceError: It declares none, or in words nobody has looked at.
    """
    for said in (metadata["License-Expression"], metadata["License"]):
        if said and (expression := _expression(str(said))):
            return expression
    classifiers = metadata.get_all("Classifier") or []
    found = {_NAMED.get(name) for name in map(_last, classifiers) if name}
    if len(found) == 1 and (licence := found.pop()):
        return licence
    raise LicenceError(f"{metadata['Name']}: no licence that can be told from its metadata")


def _expression(said: str) -> str | None:
    if said in _NAMED:
        return _NAMED[said]
    try:
        return str(canonicalize_license_expression(said))
    except InvalidLicenseExpression:
        return None


def _last(classifier: str) -> str:
    """The name of a licence in a classifier; empty for a classifier of something else."""
    return classifier.rsplit(" :: ", 1)[1] if classifier.startswith(_CLASSIFIER) else ""


def refuse_others(licences: Iterable[tuple[str, str]]) -> None:
    """Stop at licences that are not allowed. One of several to choose from is enough.

    Args:
        licences: Names of packages, each with its licence.

    Raises:
        LicenceError: Names the packages and their licences.
    """
    refused = [f"{name} ({licence})" for name, licence in licences if not _is_allowed(licence)]
    if refused:
        raise LicenceError(f"licences not allowed here: {', '.join(refused)}; see release/licences.py")


def _is_allowed(licence: str) -> bool:
    if "(" not in licence and " AND " not in licence:
        return any(choice in ALLOWED for choice in licence.split(" OR "))
    return all(part in ALLOWED for part in _OPERATORS.split(licence) if part)
