"""A click group whose errors never repeat what it was given, and that alone shows its help."""

from __future__ import annotations

from pathlib import Path

import click


class Group(click.Group):
    """Unlike click's, does not quote an unknown command: where ``text`` was forgotten, that is a note."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's; without arguments the help, as a usage error, and not squeezed into the one line of an error."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(click.UsageError.exit_code)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant.

        Raises:
            click.UsageError: There is none; the message lists those there are.
        """
        if args and not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(f"no such command; valid: {', '.join(self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)


def is_file(word: str) -> bool:
    """Whether one word is the name of a file, which nobody means as a note."""
    try:
        return not word.isspace() and Path(word).is_file()
    except (OSError, ValueError):
        return False
