"""``ahg scenario``: scenario files looked at without playing them."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.commands.terminal import complain, say
from ops.scenarios.reading import ScenarioError, read_scenario
from ops.scenarios.schema import scenario_schema

app = typer.Typer(no_args_is_help=True, help="Check scenario files; what they may hold (docs/scenarios.md).")


@app.command("check")
def scenario_check(files: Annotated[list[Path], typer.Argument(help="Scenario files.")]) -> None:
    """Say everything that is wrong with scenario files, line by line; nothing is played and no server needed."""
    wrong = 0
    for file in files:
        try:
            scenario = read_scenario(file)
        except ScenarioError as error:
            wrong += 1
            complain(str(error))
        else:
            say(f"{file}: {len(scenario.acts)} acts, well")
    raise typer.Exit(1 if wrong else 0)


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    sys.stdout.write(json.dumps(scenario_schema(), ensure_ascii=False, indent=1) + "\n")
