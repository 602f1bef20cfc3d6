"""``make bench``: prints ratios, their spread, and what a step costs where."""

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from temporalio.client import Client

import db
import worker
from benchmarks.cost import cost_of_a_step
from benchmarks.steps import Bare, Figures, Product, bare_worker, encrypted, measure
from ops.temporal_server import start_dev_server
from records.directory import seed_if_empty
from settings import Settings, ensure_keys

BARE_QUEUE = "bare"
TARGET_AT_ONCE = 0.8
TARGET_ALONE = 1.5


async def main(cases: int, each: int, rounds: int) -> int:
    """Measure in turn, bare and product, as often as ``rounds`` says; exit code 1 if a target is missed."""
    with tempfile.TemporaryDirectory(prefix="ahg-bench-") as temporary:
        folder = Path(temporary)
        settings = Settings(data_dir=folder, smtp_port=1)
        ensure_keys(settings)
        await db.migrate(settings.database)
        engine = db.make_engine(settings)
        await seed_if_empty(engine)
        server = await start_dev_server(settings, folder)
        try:
            plain = await Client.connect(**server.connect_config)
            client = encrypted(plain, settings)
            options = worker.Options(deliver=False)
            pairs: list[tuple[Figures, Figures]] = []
            async with bare_worker(plain, BARE_QUEUE), worker.running(settings, client, engine, options):
                for number in range(rounds):
                    pair = (
                        await measure(Bare(plain, BARE_QUEUE), cases=cases, each=each),
                        await measure(Product(client, engine, settings), cases=cases, each=each),
                    )
                    pairs.append(pair)
                    _say(f"round {number + 1}: " + "; ".join(_round(pair)))
            _say("")
            code = _verdict(pairs)
            _say("")
            for line in await cost_of_a_step(engine, settings):
                _say(line)
            return code
        finally:
            await server.process.stop()
            await engine.dispose()


def _round(pair: tuple[Figures, Figures]) -> list[str]:
    names = ("bare", "product")
    return [
        f"{name} {figures.at_once:.0f} steps/s at once ({figures.cpu * 1000:.1f} ms processor time a step), "
        f"{figures.alone * 1000:.1f} ms alone"
        for name, figures in zip(names, pair, strict=True)
    ]


def _verdict(pairs: list[tuple[Figures, Figures]]) -> int:
    at_once = sorted(product.at_once / bare.at_once for bare, product in pairs)
    alone = sorted(product.alone / bare.alone for bare, product in pairs)
    well = [
        _line(
            "steps a second at once, product / bare",
            at_once,
            f">= {TARGET_AT_ONCE}",
            statistics.median(at_once) >= TARGET_AT_ONCE,
        ),
        _line(
            "median of one step alone, product / bare",
            alone,
            f"<= {TARGET_ALONE}",
            statistics.median(alone) <= TARGET_ALONE,
        ),
    ]
    return 0 if all(well) else 1


def _line(what: str, ratios: list[float], target: str, well: bool) -> bool:
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    _say(f"{what}: median {statistics.median(ratios):.2f} ({spread}), target {target}: {'met' if well else 'MISSED'}")
    return well


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20, help="cases at once")
    parser.add_argument("--each", type=int, default=20, help="steps in each")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.cases, given.each, given.rounds)))
