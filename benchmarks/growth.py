"""What a step costs in a case of 600 outcomes against one of ten: both cases, on the same worker, in turn."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

from benchmarks.steps import Product, progress_command
from models.commands import Command, parse

FEW, MANY = 10, 600
_EACH = 10
_ROUNDS = 5
_Give = Callable[[Command], Awaitable[object]]


async def growth(product: Product) -> dict[str, list[float]]:
    """For progress on an outcome, and for a new outcome: the ratios of processor time, a round each.

    The new outcomes stay, so that the smaller case has some sixty in the end.
    """
    few, many = await _with_outcomes(product, FEW), await _with_outcomes(product, MANY)
    ratios: dict[str, list[float]] = {"progress": [], "a new outcome": []}
    for number in range(_ROUNDS):
        for what, made in (("progress", progress_command), ("a new outcome", partial(_new, f"of round {number}"))):
            ratios[what].append(await _cost(many, made) / await _cost(few, made))
    return ratios


async def _cost(step: _Give, made: Callable[[int], Command]) -> float:
    spent = time.process_time()
    for count in range(_EACH):
        await step(made(count))
    return time.process_time() - spent


async def _with_outcomes(product: Product, number: int) -> _Give:
    step = await product.case()
    for count in range(number - 1):  # it has one
        await step(_new("before", count))
    return step


def _new(name: str, count: int) -> Command:
    fields = {"title": f"Outcome {count} {name}", "owner": "ID"}
    return parse("add_outcome", fields, by="ID/co-chair", command_id=uuid4().hex)
