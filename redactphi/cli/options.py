"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path)

key_file = click.option("--key-file", type=FILE, help="File with the key. [default: the variable REDACTPHI_KEY]")
vault = click.option("--vault", type=FILE, help="Vault of the policy tokens; made if it is not there.")
