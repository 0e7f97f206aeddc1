"""The commands of `winnow`, by what they are for; each loads what it needs when it is called: help is there at once."""

from typing import Final

import typer

from flows.commands import explaining, looking, making, mending

app: Final = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turn manuals, code and issue threads, Chinese and English, into one versioned Parquet release.",
)
for command in (
    making.run,
    making.plan,
    looking.versions,
    looking.show,
    looking.diff,
    looking.recall,
    explaining.why,
    explaining.what_if,
    mending.quarantine,
    mending.rollback,
    mending.remove,
    making.serve,
    making.deploy,
    looking.schema,
):
    app.command()(command)
