"""Imports official files of CPT and HCPCS codes: tells what they are, reads and checks them, and keeps them.

An import is done whole or not at all: files that are kept already stay as they are until all of it is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from detect_icd.importers import ptp
from detect_icd.importers.given import given
from detect_icd.importers.grids import TABLES, NoTable
from detect_icd.importers.recognising import COMMANDS, Recognised, expected, recognise
from detect_icd.importers.service_releases import Release
from detect_icd.local_data import VARIABLE, home, replacing
from detect_icd.service_files import ImportedFile, ServiceFiles
from detect_icd.service_records import TITLES, Citation
from detect_icd.service_store import Writer, path_of
from redactphi.errors import DataError, UnknownNameError, UsageError

SETTINGS = ("practitioner", "hospital")

_FEWEST = {
    ("physician-fee-schedule", ""): 10_000,
    ("ncci-ptp", "practitioner"): 1_000_000,
    ("ncci-ptp", "hospital"): 1_000_000,
    ("ncci-mue", "practitioner"): 8_000,
    ("ncci-mue", "hospital"): 8_000,
    ("ncci-mue", "supplier"): 500,
    ("ncci-add-on", ""): 1_000,
    ("hcpcs", ""): 5_000,
    ("opps-addendum-b", ""): 10_000,
    ("ccs-services", ""): 500,
    ("rbcs", ""): 5_000,
}
"""Records that any published release exceeds by far: a file with fewer is likely a part of one."""

_PTP_SETTINGS = (
    ("practitioner", re.compile(r"ccipra|practitioner", re.IGNORECASE)),
    ("hospital", re.compile(r"ccioph|hospital", re.IGNORECASE)),
)
_PART = re.compile(r"[-_]f(\d)\b", re.IGNORECASE)
_NAMED = 5
_QPP = re.compile(r"(?<!non)[-_ ]?qpp", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServiceImport:
    """What an import did.

    Attributes:
        files: What is kept now.
        notes: What a user should know of it, one line each.
    """

    files: tuple[ImportedFile, ...]
    notes: tuple[str, ...] = field(default=())


class _Group(NamedTuple):
    """What is kept in one file."""

    kind: str
    setting: str
    release: Release


def import_service_files(
    command: str,
    *sources: Path,
    release: str | None = None,
    setting: str | None = None,
    code_column: str | None = None,
    text_column: str | None = None,
) -> ServiceImport:
    """Imports the official files of a kind that zips, folders and files hold; others in a zip or folder are passed over.

    What was imported of the same kind and release before is replaced; other releases stay beside it.

    Args:
        command: What is imported: one of ``COMMANDS``.
        *sources: Zips, folders of files or zips, or files (text, CSV or xlsx).
        release: ``2026``, ``2026A``, ``2026q1`` or ``2026-01``; read from the files or their names unless given.
        setting: Whose PTP edits, where the names do not tell it: ``practitioner`` or ``hospital``.
        code_column: What a licensee's column of codes is called.
        text_column: What a licensee's column of descriptors is called.

    Raises:
        DataError: A file is not what it should be; what was imported before is untouched.
        UsageError: The release or the setting is not clear, or there is nowhere to keep it.
        UnknownNameError: There is no such kind or setting.
    """
    if command not in COMMANDS:
        raise UnknownNameError("kind of files", command, COMMANDS)
    if setting is not None and setting not in SETTINGS:
        raise UnknownNameError("setting", setting, SETTINGS)
    folder = home()
    if folder is None:
        raise UsageError(f"the variable {VARIABLE} is empty: there is no folder to import into")
    named = Release.parse(release) if release is not None else None
    found = [file for source in sources for file in _recognised(command, source, code_column, text_column)]
    notes: list[str] = []
    groups = {group: _chosen(group, files, notes) for group, files in _grouped(found, named, setting).items()}
    with ExitStack() as whole:
        for group, files in groups.items():
            path = path_of(folder, *group)
            _write(whole.enter_context(replacing(path)), group, files)
    kept = {path_of(folder, *group) for group in groups}
    made = tuple(file for file in ServiceFiles.open().imports() if file.path in kept)
    return ServiceImport(made, (*notes, *(note for file in made for note in _doubts(file))))


def _recognised(command: str, source: Path, code: str | None, text: str | None) -> list[Recognised]:
    """The files of a source that the command imports.

    Raises:
        DataError: It has none; says what was expected and what came nearest.
    """
    found: list[Recognised] = []
    nearest: NoTable | None = None
    others: list[str] = []
    for file in given(source, TABLES):
        result = recognise(command, file, code, text)
        if isinstance(result, Recognised):
            found.append(result)
            continue
        others.append(file.name)
        if result.line and (nearest is None or len(result.lacking) < len(nearest.lacking)):
            nearest = result
    if found:
        return found
    if nearest is not None:
        raise DataError(str(nearest))
    if source.suffix.lower() == ".xls":
        raise DataError(f"{source.name}: Excel files of the old kind are not read; save it as .xlsx or CSV")
    named = ", ".join([*others[:_NAMED], *["…"][: len(others) > _NAMED]]) or "no text, CSV or xlsx"
    raise DataError(
        f"{source.name}: no file for `import {command}`; expected {expected(command, code, text)}; found {named}"
    )


def _grouped(
    found: Iterable[Recognised], named: Release | None, setting: str | None
) -> Mapping[_Group, list[Recognised]]:
    groups: dict[_Group, list[Recognised]] = defaultdict(list)
    for each in found:
        release = named or Release.find(each.kind, (each.file.name, each.file.container, each.above))
        if release is None:
            raise UsageError(
                f"{each.file.name}: neither the file nor its name says of which release; name it by --release"
            )
        groups[_Group(each.kind, _setting(each, setting), release)].append(each)
    return groups


def _setting(each: Recognised, named: str | None) -> str:
    if each.kind != "ncci-ptp":
        return each.setting
    for text in (each.file.name, each.file.container):
        for setting, pattern in _PTP_SETTINGS:
            if pattern.search(text):
                return setting
    if named is None:
        raise UsageError(
            f"{each.file.name}: its name does not say whose edits; name it by --setting practitioner|hospital"
        )
    return named


def _chosen(group: _Group, files: Sequence[Recognised], notes: list[str]) -> Sequence[Recognised]:
    """Of files that are the same one published in several forms, one each.

    Raises:
        DataError: Several are left of a kind that has one, or a part of the pairs is missing.
    """
    by_text = sorted(files, key=lambda each: each.is_workbook)
    one_each = list({Path(each.file.name).stem.lower(): each for each in reversed(by_text)}.values())[::-1]
    one_each = list({each.file.sha256: each for each in reversed(one_each)}.values())[::-1]
    if group.kind == "ncci-ptp":
        return _all_parts(one_each)
    left = [each for each in one_each if not _QPP.search(each.file.name)] or one_each
    left = [each for each in left if not each.is_workbook] or left
    if len(left) > 1:
        names = " and ".join(each.file.name for each in left)
        raise DataError(f"two files of {_title(group)}: {names}; keep the one to import")
    passed = [each.file.name for each in files if each.file.name != left[0].file.name]
    notes += [f"{name} is passed over: {left[0].file.name} is of the same release" for name in passed]
    return left


def _all_parts(files: Sequence[Recognised]) -> Sequence[Recognised]:
    ordered = sorted(files, key=lambda each: each.file.name.lower())
    parts = {int(match[1]) for each in ordered if (match := _PART.search(each.file.name))}
    if missing := sorted(set(range(1, max(parts, default=0) + 1)) - parts):
        given_names = ", ".join(each.file.name for each in ordered)
        raise DataError(
            f"part f{missing[0]} of the PTP edits is missing; name all parts in one command ({given_names})"
        )
    return ordered


def _write(path: Path, group: _Group, files: Sequence[Recognised]) -> None:
    writer = Writer(path, group.kind)
    release = group.release.written(group.kind)
    for each in files:
        name, sha256 = each.file.name, each.file.sha256

        def cite(line: int, name: str = name) -> Citation:
            return Citation(group.kind, name, release, line)

        if each.read is None:
            count = writer.add_pairs(name, sha256, ptp.read_pairs(each.file))
        else:
            count = writer.add(name, sha256, each.read(cite))
        if not count:
            raise DataError(f"{name}: no record below the header")
    writer.finish()


def _doubts(file: ImportedFile) -> Iterable[str]:
    fewest = _FEWEST.get((file.kind, file.setting), 0)
    if file.rows < fewest:
        names = ", ".join(source.name for source in file.files)
        yield (
            f"{names}: {file.rows:,} records, fewer than any whole release has ({fewest:,}); is a file cut off, or not "
            "named in this command?"
        )


def _title(group: _Group) -> str:
    return " ".join(filter(None, (TITLES[group.kind], group.setting, group.release.written(group.kind))))
