"""`rsc`, the one program: its commands, and how what goes wrong is told."""

from importlib import import_module
from typing import Any, Final

import click

from app.errors import CallerError

_COMMANDS: Final = {
    "demo": "app.cli.demo:demo",
    "serve": "app.cli.serving:serve_command",
    "migrate": "app.cli.migrating:migrate_command",
    "import": "app.cli.importing:import_command",
    "token": "app.cli.token:token",
    "application": "app.cli.partner_application:application",
    "schema": "app.cli.schema:schema",
    "explain": "app.cli.explain:explain",
    "operations": "app.cli.operations:operations",
    "simulate": "app.cli.simulate:simulate",
}


class _Refused(click.ClickException):
    """What a command was refused with: one line, no traceback."""

    exit_code = 2


class _Commands(click.Group):
    """Loads a command when it is asked for: `rsc token` need not wait for the whole schema."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the caller's own errors become one line on stderr and exit code 2."""
        try:
            return super().invoke(ctx)
        except CallerError as error:
            raise _Refused(error.message) from None


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="rsc-gateway", prog_name="rsc")
def main() -> None:
    """The Recruiter System Connect gateway: LinkedIn members and ATS records in one GraphQL schema.

    Settings are environment variables; the README lists them. Exit codes: 0 done, 1 partly done
    (`import` only), 2 refused, with the reason in one line, 3 broken off (`import` only).
    """
