"""The diagrams of docs/start.md, read for tests: Mermaid in its simplest form, a node or an arrow on each line."""

import re
from pathlib import Path
from typing import NamedTuple

from models.case import Stage

_PAGE = Path(__file__).parents[1] / "docs" / "start.md"
_ARROW = re.compile(r"(\w+) --> (\w+)(?: : [\w ()-]+)?")
_NODE = re.compile(r'(\w+)(?:\["[^"\[\]]+"\]|\[\("[^"\[\]]+"\)\])|state "[^"]+" as (\w+)')


class Diagram(NamedTuple):
    """The nodes of a diagram, in the order in which they are first named, and its arrows."""

    nodes: tuple[str, ...]
    arrows: frozenset[tuple[str, str]]


def diagram(heading: str, kind: str) -> Diagram:
    """The first diagram below a heading; ``kind`` is its first line, as in ``flowchart LR``.

    Raises:
        LookupError: there is none of this kind, or a line of it is neither a node nor an arrow.
    """
    part = _PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    block = re.search(rf"```mermaid\n{kind}\n(.+?)```", part, re.DOTALL)
    if block is None:
        raise LookupError(f"docs/start.md has no {kind} below {heading!r}")
    nodes, arrows = list[str](), set[tuple[str, str]]()
    for line in map(str.strip, block[1].splitlines()):
        if arrow := _ARROW.fullmatch(line):
            arrows.add((arrow[1], arrow[2]))
            nodes += arrow.groups()
        elif node := _NODE.fullmatch(line):
            nodes.append(node[1] or node[2])
        else:
            raise LookupError(f"neither a node nor an arrow: {line}")
    return Diagram(tuple(dict.fromkeys(nodes)), frozenset(arrows))


STAGES = diagram("The stages of a case", "stateDiagram-v2")
STAGE_ARROWS = frozenset((Stage(here), Stage(there)) for here, there in STAGES.arrows)
"""The changes of stage that the document draws."""
