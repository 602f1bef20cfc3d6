"""Histories of played scenarios, as they are recorded for tests and kept of each release."""

from pathlib import Path

from pydantic import SecretStr

from ops.scenarios.reading import read_scenario
from ops.scenarios.simulation import simulation
from ops.verify import runs_of
from records import queries
from settings import parse_keys
from workflows.names import DELIVERY_ID
from workflows.payloads import data_converter

SCENARIOS = Path(__file__).parents[1] / "scenarios"
RECORDED = {"urgent-two-rounds": 1500, "recused-co-chair": 100, "two-reports": 1500}
"""The scenarios recorded, and the history limit each was played with."""

KEY = "test:" + "A" * 43 + "="
"""Encrypts the recorded histories and nothing else; it is no secret."""

CONVERTER = data_converter(parse_keys(KEY))


async def record(scenario: str, limit: int, into: Path) -> None:
    """Play a scenario and keep the histories of its case, its follow-ups and its newest delivery."""
    played = read_scenario(SCENARIOS / f"{scenario}.yaml")
    key = SecretStr(KEY)
    async with simulation(played, lambda line: None, history_limit=limit, payload_keys=key) as play:
        await play.play()
        async with play.engine.connect() as connection:
            streams = await queries.streams(connection)
        for stream in (*streams, DELIVERY_ID):
            for number, history in enumerate(reversed(await runs_of(play.client, stream)), start=1):
                file = into / f"{scenario}.{stream.replace('/', '-')}.{number}.json"
                file.write_text(history.to_json() + "\n", encoding="utf-8")
