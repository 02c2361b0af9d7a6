"""A command: an ordinary click command, made when somebody asks for it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def hello_command() -> "click.Command":
    import click

    import patron

    @click.command("example-hello")
    @click.option("--name", default="world", help="Whom to greet.")
    def hello(name: str) -> None:
        """Say hello, and with which Patron."""
        click.echo(f"Hello, {name}. This is Patron {patron.__version__}.")

    return hello
