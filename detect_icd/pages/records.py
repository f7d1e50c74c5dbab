"""What a code page holds, of a diagnosis and of a service; how it is shown is not said here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from detect_icd.service_records import AddOn, Apc, Category, Descriptor, Fee, HcpcsRecord, Mue, PtpEdit


@dataclass(frozen=True, slots=True)
class CodeName:
    """A code that a page names, with its title.

    Attributes:
        code: The code; of ICD-10-CM also a block or chapter.
        title: Its title, or this project's own words; ``""`` where none is known.
        billable: Whether it may be reported; ``True`` of every service.
        why: What ties it to the page's code; ``""`` where that is plain.
    """

    code: str
    title: str
    billable: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """An instruction of the code book.

    Attributes:
        text: Its text.
        inherited_from: The heading above that it stands at; ``""``: at the code itself.
    """

    text: str
    inherited_from: str = ""


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A line of an imported index that leads to a code.

    Attributes:
        kind: ``index``, ``external``, ``drug`` or ``neoplasm``.
        path: Titles from the main term down.
        code: The code it prints.
        column: Of a table, the column; else ``""``.
        complete: Whether that is the page's code, as far as an index prints it; else it is a heading above it.
    """

    kind: str
    path: tuple[str, ...]
    code: str
    column: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What a release at hand changed in a code.

    Attributes:
        what: ``added``, ``deleted`` or ``title revised``.
        on: The first day of the change.
        release: The release that made it.
        see: What is reported instead, as far as the releases tell.
        before: The title before it, where that was revised.
    """

    what: str
    on: date
    release: str
    see: tuple[CodeName, ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Facts a page lacks because their file is not imported.

    Attributes:
        what: Which facts.
        command: What brings them.
    """

    what: str
    command: str


@dataclass(frozen=True, slots=True)
class DiagnosisPage:
    """All that is known of an ICD-10-CM code or heading.

    Attributes:
        code: As people write it.
        title: Its title.
        system: ``ICD10CM``.
        release: The release the page is read from.
        in_force: Whether the release asked for has the code.
        note: Why the page is of another release, or the release of another day; else ``""``.
        billable: Whether it may be reported under the release asked for.
        kind: ``category`` or ``code``.
        valid_from: First day it may be reported; ``None``: before the oldest release at hand.
        valid_to: Last such day; ``None``: no end is known.
        chapter: Number and title.
        block: Range and title; ``None`` where no block is known.
        parents: Headings above it, nearest first, category last.
        children: Codes right below it.
        siblings: The other codes below its parent.
        inclusion_terms: Conditions it is the code for; never inherited.
        includes: What is in it.
        excludes1: What is never coded beside it.
        excludes2: What is not in it.
        code_first: What is sequenced before it.
        use_additional: What is coded in addition.
        code_also: What may need a second code.
        notes: Other instructions.
        seventh_characters: Character to meaning, of the code or of the heading it completes.
        index_entries: Lines of the Alphabetic Index and its tables that lead to it.
        procedures: Services done for it, by the rules of linkage; the likeliest first.
        procedure_count: How many there are; more than ``procedures`` where those are cut short.
        history: Changes, newest first.
        missing: What is not imported.
    """

    code: str
    title: str
    system: str
    release: str
    in_force: bool
    note: str
    billable: bool
    kind: str
    valid_from: date | None
    valid_to: date | None
    chapter: CodeName
    block: CodeName | None
    parents: tuple[CodeName, ...]
    children: tuple[CodeName, ...]
    siblings: tuple[CodeName, ...]
    inclusion_terms: tuple[str, ...]
    includes: tuple[Note, ...]
    excludes1: tuple[Note, ...]
    excludes2: tuple[Note, ...]
    code_first: tuple[Note, ...]
    use_additional: tuple[Note, ...]
    code_also: tuple[Note, ...]
    notes: tuple[Note, ...]
    seventh_characters: Mapping[str, str]
    index_entries: tuple[IndexLine, ...]
    procedures: tuple[CodeName, ...]
    procedure_count: int
    history: tuple[Change, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A letter or number of an imported file, with what it means.

    Attributes:
        name: What it tells: ``bilateral``.
        label: The same, to be read.
        column: What the file calls it.
        value: As the file has it.
        meaning: In this project's words; says so where the value is not known.
        source: File, release and line.
        modifier: The row of the fee schedule it stands in: ``""``, ``26``, ``TC``, ``53``.
    """

    name: str
    label: str
    column: str
    value: str
    meaning: str
    source: str
    modifier: str = ""


@dataclass(frozen=True, slots=True)
class ModifierUse:
    """Whether a modifier applies to a code.

    Attributes:
        modifier: ``50``.
        applies: ``yes``, ``no``, ``documented`` (where the record shows the need) or ``contractor`` (the payer decides).
        why: The reason.
        source: File and release, or the lexicon.
    """

    modifier: str
    applies: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What the lexicon says of a service, in this project's own words.

    Attributes:
        names: What it calls the operation.
        specialty: The file it stands in.
        approach: Ways in; empty where the way in does not matter.
        laterality: What sides or places it takes; ``""`` for none.
        thresholds: Sizes, numbers, ages and times that decide for it.
        phrases: Words that find it; ``/`` parts alternatives.
        also_needed: What must be said beside them.
        not_with: What must not.
        steps: What an account must tell, where it does not name the operation.
    """

    names: tuple[str, ...] = ()
    specialty: str = ""
    approach: tuple[str, ...] = ()
    laterality: str = ""
    thresholds: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    also_needed: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PtpPairs:
    """The active procedure-to-procedure edits of a code.

    Attributes:
        counts: How many of each setting.
        apart: Of how many of each setting a modifier may part the two.
        shown: The first of them, practitioners' before hospitals'.
        names: Code to name of the other code of each pair shown, where one is known.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    apart: Mapping[str, int] = field(default_factory=dict)
    shown: tuple[PtpEdit, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServicePage:
    """All that is known of a CPT or HCPCS code.

    Attributes:
        code: The code.
        title: The licensee's or HCPCS's own text where imported, else this project's words; ``""`` where there is none.
        title_source: Whose text the title is.
        system: ``CPT`` or ``HCPCS``.
        part: The part of CPT, such as ``category III``; ``level II`` of HCPCS.
        on: The day of service the imported files are asked for; ``None``: the newest.
        in_force: Whether it may be used that day, as far as is known.
        valid_from: First day of service; ``None``: no beginning is known.
        valid_to: Last day of service; ``None``: no end is known.
        wording: What the lexicon says of it.
        descriptor: The licensee's text.
        hcpcs: Its record of HCPCS.
        includes: Components not reported beside it.
        included_in: Services it is a component of.
        supersedes: Less extensive services not reported beside it.
        superseded_by: More extensive ones it is not reported beside.
        add_ons: Add-on codes that go with it.
        primaries: Of an add-on, the codes it goes with.
        add_on_edits: The rows of the add-on file that name it.
        indicators: Letters and numbers of the imported files, with their meanings.
        modifiers: Which modifiers apply, and why.
        fees: Its rows of the fee schedule, with relative values.
        apc: Its row of OPPS Addendum B.
        ccs: Its CCS category.
        rbcs: Its RBCS category.
        mues: Its medically unlikely edits, one a setting.
        ptp: Its procedure-to-procedure edits.
        diagnoses: Codes and headings of ICD-10-CM it is done for, by the rules of linkage.
        missing: What is not imported.
    """

    code: str
    title: str
    title_source: str
    system: str
    part: str
    on: date | None
    in_force: bool
    valid_from: date | None
    valid_to: date | None
    wording: Wording
    descriptor: Descriptor | None
    hcpcs: HcpcsRecord | None
    includes: tuple[CodeName, ...]
    included_in: tuple[CodeName, ...]
    supersedes: tuple[CodeName, ...]
    superseded_by: tuple[CodeName, ...]
    add_ons: tuple[CodeName, ...]
    primaries: tuple[CodeName, ...]
    add_on_edits: tuple[AddOn, ...]
    indicators: tuple[Indicator, ...]
    modifiers: tuple[ModifierUse, ...]
    fees: tuple[Fee, ...]
    apc: Apc | None
    ccs: Category | None
    rbcs: Category | None
    mues: tuple[Mue, ...]
    ptp: PtpPairs
    diagnoses: tuple[CodeName, ...]
    missing: tuple[Missing, ...]


CodePage = DiagnosisPage | ServicePage
