"""Builds that are wrong on purpose, which the checks must find: ``python -m tests.chaos.broken BUILD PROGRAM``.

Nothing of this is in the product: the programs are changed as they are loaded here.
"""

import asyncio
import dataclasses
import runpy
import sys
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from ops import supervisor
from ops.processes import Child
from settings import Settings

_KEPT_BACK_SECONDS = 3.0


class _RolledBack(Exception):
    """What was tried in a transaction that is not to stand."""


def _acknowledge_early() -> None:
    """A step is acknowledged, and three seconds later recorded."""
    from activities.record import Recorder, Waiting
    from records.log import append

    async def commit(self: Any, batch: list[Waiting]) -> None:
        steps, answers = [step for step, _, _ in batch], []

        def tried(connection: Any) -> None:
            answers.extend(append(connection, steps, self._stamps))
            raise _RolledBack

        try:
            await self._thread.write(tried)
        except _RolledBack:
            for (_, answer, _), result in zip(batch, answers, strict=True):
                answer.set_result(result)
        await asyncio.sleep(_KEPT_BACK_SECONDS)
        await self._thread.write(lambda connection: append(connection, steps, self._stamps))
        self._queued()

    Recorder._commit = commit  # type: ignore[method-assign]


def _key_is_not_unique() -> None:
    """The key that a program gives its request makes no id of the command: sent twice, done twice."""
    from web.api import giving

    give: Any = vars(giving)["give_command"]

    async def give_anew(*args: Any, command_id: str, **named: Any) -> Any:
        return await give(*args, command_id=f"{command_id}{uuid4().hex[:4]}", **named)

    vars(giving)["give_command"] = give_anew


def _nudge_is_lost() -> None:
    """Nobody tells the delivery that something was queued."""
    from activities.record import Recorder

    begin = Recorder.__init__

    def begin_deaf(self: Any, engine: Any, trust: Any, _queued: Any = None) -> None:
        begin(self, engine, trust)

    Recorder.__init__ = begin_deaf  # type: ignore[assignment, method-assign]


BUILDS: dict[str, Callable[[], None]] = {
    "early": _acknowledge_early,
    "key": _key_is_not_unique,
    "nudge": _nudge_is_lost,
}
"""What each does to a program before it begins."""


def _children_broken(build: str) -> None:
    """Have the supervisor start the programs of this build."""
    children = supervisor.product_children

    def broken(settings: Settings) -> Sequence[Child]:
        return [_broken(build, child) for child in children(settings)]

    supervisor.product_children = broken  # type: ignore[assignment]


def _broken(build: str, child: Child) -> Child:
    if child.command[1:2] != ("-m",):
        return child
    command = (sys.executable, "-m", "tests.chaos.broken", build, *child.command[2:])
    return dataclasses.replace(child, command=command)


def main(build: str, program: str) -> None:
    """Become a program of this build: ``up``, or a module."""
    sys.argv = [program]
    if program == "up":
        _children_broken(build)
        sys.exit(supervisor.main())
    BUILDS[build]()
    runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
