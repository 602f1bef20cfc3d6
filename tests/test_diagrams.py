"""The diagrams of docs/start.md are drawn as the code is: processes, stages and the layers of imports."""

import ast
from collections.abc import Callable

import pytest

from models.case import Stage
from ops.supervisor import product_children
from settings import Settings
from tests.diagrams import STAGE_ARROWS, STAGES, diagram
from tests.house.source import trees
from tests.models.helpers import (
    AU,
    DAY,
    ID,
    LK,
    MONDAY,
    RSO,
    approve,
    at_work,
    in_review,
    in_selection,
    invited,
    reported,
    reporting,
    stage_of,
    submitted,
)
from tests.tabletop import REQUEST, Tabletop


def test_the_diagram_of_the_parts_has_every_process_that_runs() -> None:
    drawn = diagram("The parts", "flowchart LR")

    assert {child.name for child in product_children(Settings())} <= set(drawn.nodes)


# stages -----------------------------------------------------------------------------------------------------


def _decline(table: Tabletop) -> None:
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "activation", "position": "decline", "text": "not now"})


def _everyone_accepts(table: Tabletop) -> None:
    for member in table.case.invited:
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})


def _terminate(table: Tabletop) -> None:
    table.do(RSO, "terminate", {"text": "the boats have stopped"})
    approve(table, "termination")


def _withdraw(table: Tabletop) -> None:
    table.do(LK, "withdraw")


def _close(table: Tabletop) -> None:
    for term in ("a", "b"):
        table.do(RSO, "waive", {"term": [term], "text": "none was needed"})
    table.do(RSO, "close")
    approve(table, "closure")


def _lapse(table: Tabletop) -> None:
    table.wait(40 * DAY)


def _lapsed() -> Tabletop:
    table = in_review()
    _lapse(table)
    return table


def _new() -> Tabletop:
    return Tabletop(None, MONDAY)


CHANGES: dict[tuple[Stage, Stage], tuple[Callable[[], Tabletop], Callable[[Tabletop], object]]] = {
    (Stage.DRAFT, Stage.SUBMITTED): (_new, lambda table: table.do(LK, "submit", REQUEST)),
    (Stage.SUBMITTED, Stage.CO_CHAIR_REVIEW): (submitted, lambda table: table.do(RSO, "accept")),
    (Stage.SUBMITTED, Stage.WITHDRAWN): (submitted, _withdraw),
    (Stage.CO_CHAIR_REVIEW, Stage.PARTICIPANT_SELECTION): (in_review, lambda table: approve(table, "activation")),
    (Stage.CO_CHAIR_REVIEW, Stage.DECLINED): (in_review, _decline),
    (Stage.CO_CHAIR_REVIEW, Stage.LAPSED): (in_review, _lapse),
    (Stage.CO_CHAIR_REVIEW, Stage.WITHDRAWN): (in_review, _withdraw),
    (Stage.PARTICIPANT_SELECTION, Stage.OPERATIONAL): (invited, _everyone_accepts),
    (Stage.PARTICIPANT_SELECTION, Stage.LAPSED): (in_selection, _lapse),
    (Stage.PARTICIPANT_SELECTION, Stage.TERMINATED): (in_selection, _terminate),
    (Stage.PARTICIPANT_SELECTION, Stage.WITHDRAWN): (in_selection, _withdraw),
    (Stage.OPERATIONAL, Stage.REPORTING): (at_work, lambda table: table.do(RSO, "open_report")),
    (Stage.OPERATIONAL, Stage.TERMINATED): (at_work, _terminate),
    (Stage.OPERATIONAL, Stage.WITHDRAWN): (at_work, _withdraw),
    (Stage.REPORTING, Stage.CLOSED): (reported, _close),
    (Stage.REPORTING, Stage.TERMINATED): (reporting, _terminate),
    (Stage.REPORTING, Stage.WITHDRAWN): (reporting, _withdraw),
    (Stage.LAPSED, Stage.SUBMITTED): (_lapsed, lambda table: table.do(LK, "resubmit")),
}
"""Every change of stage: a case in the first stage, and what brings it to the second."""


def test_the_diagram_of_stages_has_every_stage_and_the_changes_that_are_played_here() -> None:
    assert {Stage(node) for node in STAGES.nodes} == set(Stage)
    assert set(CHANGES) == STAGE_ARROWS


@pytest.mark.parametrize(("here", "there"), CHANGES)
def test_a_case_goes_from_stage_to_stage_as_drawn(here: Stage, there: Stage) -> None:
    begin, act = CHANGES[here, there]
    table = begin()
    assert stage_of(table) is here

    act(table)

    assert stage_of(table) is there


# layers -----------------------------------------------------------------------------------------------------


def _imports() -> dict[str, set[str]]:
    """Which package or single module of the product imports which, at any place in a module."""
    found: dict[str, set[str]] = {}
    for path, tree in trees().items():
        found.setdefault(_layer(path), set())
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found[_layer(path)] |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found[_layer(path)].add(node.module.partition(".")[0])
    del found["benchmarks"]  # measures the product, and is no part of it
    return {layer: {one for one in names if one in found} - {layer} for layer, names in found.items()}


def _layer(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def _below(layer: str, imports: dict[str, set[str]]) -> set[str]:
    return {further for one in imports[layer] for further in {one} | _below(one, imports)}


def test_the_diagram_of_the_layers_has_the_imports_between_packages() -> None:
    """An arrow that follows from others is left out: pages import ``models`` and are drawn above what imports it too."""
    drawn = diagram("The layers of the code", "flowchart TD")
    imports = _imports()
    direct = {
        (layer, one)
        for layer, names in imports.items()
        for one in names
        if not any(one in _below(other, imports) for other in names - {one})
    }

    assert set(drawn.nodes) == set(imports)
    assert drawn.arrows == direct
