"""The ``redactphi`` command.

Exit status: 0 done · 1 the data, or something unforeseen · 2 usage · 3 a batch is done, but rows were rejected, notes
withheld or a stage failed; or a verification found something · 130 interrupted · 143 terminated.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from redactphi.cli.batch import batch
from redactphi.cli.evaluate import evaluate
from redactphi.cli.group import Group
from redactphi.cli.policy import policy
from redactphi.cli.restore import restore
from redactphi.cli.sample import review, sample
from redactphi.cli.text import text
from redactphi.cli.vault import key, vault
from redactphi.cli.verify import verify
from redactphi.errors import RedactPHIError
from redactphi.version import __version__

_KEPT = re.compile(r"[\d,]+ rows are kept; the same command with --resume goes on")
_OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9-]{0,30}")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="redactphi")
def redactphi() -> None:
    """Remove PHI from clinical notes: offline, fail-closed, by policy."""


for _command in (text, batch, restore, verify, sample, review, evaluate, policy, key, vault):
    redactphi.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with its status."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status. Every error is one line, and none holds text of a note.

    Args:
        arguments: By default those of the process.
    """
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        status = redactphi.main(args=arguments, prog_name="redactphi", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, _Terminated) as error:  # noqa: BLE001 - whatever it is, no traceback: it could show text
        message, status = _described(error)
        click.echo(f"redactphi: {message}", err=True)
    finally:
        signal.signal(signal.SIGTERM, before)
    return status if isinstance(status, int) else 0


def _described(error: BaseException) -> tuple[str, int]:
    """One line on an error, and the exit status. What is not ours says its type only: its message could hold text."""
    match error:
        case RedactPHIError():
            return f"{error}{_kept(error)}", error.exit_code
        case click.NoSuchOption() if _may_be_note(error):
            return "no such option (a note that starts with '-' goes after '--')", error.exit_code
        case click.ClickException():
            return " ".join(error.format_message().split()), error.exit_code
        case click.Abort() | _Terminated():
            is_abort = isinstance(error, click.Abort)
            kept = _kept(error.__cause__ if is_abort else error)
            return f"stopped{kept or '; no output was left'}", 130 if is_abort else 143
        case OSError(strerror=str() as reason):
            return f"{reason}{_kept(error)}", 1
    return f"unexpected {type(error).__name__}{_kept(error)}", 1


def _kept(error: BaseException | None) -> str:
    """What a batch says of the rows that are done; nothing else that was noted of an error, which could hold text."""
    notes = getattr(error, "__notes__", ())
    return "".join(f"; {note}" for note in notes if _KEPT.fullmatch(note))


def _may_be_note(error: click.NoSuchOption) -> bool:
    is_text = error.ctx is not None and error.ctx.command is text
    return is_text or not _OPTION.fullmatch(error.option_name)


class _Terminated(BaseException):
    """SIGTERM, as an exception, so that what was begun is cleared away."""


def _terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
    raise _Terminated
