"""One description of a run, and the checks that need no input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from redactphi.errors import UnknownNameError, UsageError
from redactphi.etl.columns import ColumnChoice

OUTPUT_FORMATS = ("csv", "jsonl", "parquet", "txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """One run, described.

    Attributes:
        source: A file, or a folder of ``.txt`` files.
        columns: Which column is what; for a folder ``text`` and ``file`` are understood.
        out: The folder to make; None for a dry run, which writes nothing.
        policy: A preset's name or the path of a policy file.
        mode: ``balanced`` or ``strict``.
        key_file: File with the key; None for the environment's.
        vault: The vault, for policies that need one. A dry run leaves it alone.
        format: Of the output; None for the input's.
        stages: Names of registered stages to run on the safe notes.
        workers: Processes.
        start_method: Of those processes; None for the platform's best.
        limit: Rows to read at most.
        id_map: File for the pairs of new and original ids; outside ``out``.
        rejected: File for the lines of rejected rows; outside ``out``. None for ``<out>.rejected.csv``.
        force: Whether an earlier output is replaced, and what a stopped run left is thrown away.
        resume: Whether to go on with a run that was stopped; where there is none, one begins.
        seconds: How long a note may take, and as long again for each million characters; one that takes longer is
            withheld. None for no limit.
        encoding: Of text formats.
        delimiter: Of a delimited file; None to see from its first line.
        quote: Of a delimited file; None to see, empty for none.
        escape: Of a delimited file: takes the meaning from a quote, delimiter, line end or itself; None for none.
    """

    source: Path
    columns: ColumnChoice
    out: Path | None
    policy: str = "safe_harbor"
    mode: str = "balanced"
    key_file: Path | None = None
    vault: Path | None = None
    format: str | None = None
    stages: tuple[str, ...] = ()
    workers: int = 1
    start_method: str | None = None
    limit: int | None = None
    id_map: Path | None = None
    rejected: Path | None = None
    force: bool = False
    resume: bool = False
    seconds: float | None = 60.0
    encoding: str = "utf-8"
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None

    @property
    def rejected_path(self) -> Path | None:
        """Where the lines of rejected rows go; None in a dry run."""
        if self.out is None:
            return None
        return self.rejected or self.out.absolute().with_name(f"{self.out.absolute().name}.rejected.csv")

    def check(self) -> None:
        """Check what needs no input.

        Raises:
            UsageError: A file is asked for in a place where it may not be, or an option makes no sense.
            UnknownNameError: There is no such format.
        """
        if self.format is not None and self.format not in OUTPUT_FORMATS:
            raise UnknownNameError("format", self.format, OUTPUT_FORMATS)
        for name, value in (("delimiter", self.delimiter), ("quote", self.quote or None), ("escape", self.escape)):
            if value is not None and (len(value) != 1 or value in "\r\n"):
                raise UsageError(f"--{name} takes one character")
        if self.seconds is not None and not self.seconds > 0:
            raise UsageError("the time limit of a note must be over 0 seconds")
        if len(set(self.stages)) != len(self.stages):
            raise UsageError("a stage is named twice")
        if self.out is not None:
            self._check_places(self.out)

    def _check_places(self, out: Path) -> None:
        named = (self.id_map, self.rejected_path, self.vault, self.key_file)
        private = [path for path in named if path is not None]
        for path in private:
            if is_inside(path, out):
                raise UsageError(f"{path.name} links rows to people: put it outside the output folder")
            if path.resolve() == self.source.resolve():
                raise UsageError(f"{path.name} is the input")
        if len({path.resolve() for path in private}) != len(private):
            raise UsageError("two of --id-map, --rejected, --vault and --key-file name the same file")
        if is_inside(self.source, out) or is_inside(out, self.source):
            raise UsageError("the input and the output folder lie within each other")


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder, or is it."""
    return path.resolve().is_relative_to(folder.resolve())
