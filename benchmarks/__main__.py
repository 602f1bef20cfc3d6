"""``make bench``: prints ratios, their spread, and what a step costs where."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from temporalio.client import Client

import worker
from benchmarks import meets_target, report
from benchmarks.cost import cost_of_a_step
from benchmarks.growth import FEW, MANY, growth
from benchmarks.steps import Bare, Figures, Product, bare_worker, encrypted, measure
from log_lines import only_warnings
from ops.prepare import fresh_records
from ops.temporal_server import start_dev_server
from settings import Settings

BARE_QUEUE = "bare"
TARGET_AT_ONCE = 0.8
TARGET_ALONE = 1.5
TARGET_GROWTH = 1.3


async def main(cases: int, each: int, rounds: int) -> int:
    """Measure in turn, bare and product, as often as ``rounds`` says; exit code 1 if a target is missed."""
    with tempfile.TemporaryDirectory(prefix="ahg-bench-") as temporary:
        folder = Path(temporary)
        settings = Settings(data_dir=folder, smtp_port=1)
        async with fresh_records(settings) as engine:
            server = await start_dev_server(settings, folder)
            try:
                plain = await Client.connect(**server.connect_config)
                client = encrypted(plain, settings)
                options = worker.Options(deliver=False)
                pairs: list[tuple[Figures, Figures]] = []
                async with bare_worker(plain, BARE_QUEUE), worker.running(settings, client, engine, options):
                    worker.collect_garbage_rarely()  # as the product's worker does; bare Temporal gains as well
                    for number in range(rounds):
                        bare = await measure(Bare(plain, BARE_QUEUE), cases=cases, each=each)
                        product = await measure(Product(client, engine, settings), cases=cases, each=each)
                        pairs.append((bare, product))
                        report(f"round {number + 1}: bare {bare}; product {product}")
                    grown = await growth(Product(client, engine, settings))
                code = _verdict(pairs, grown)
                report("\n".join(await cost_of_a_step(engine, settings)))
                return code
            finally:
                await server.process.stop()


def _verdict(pairs: list[tuple[Figures, Figures]], grown: Mapping[str, list[float]]) -> int:
    at_once = [product.at_once / bare.at_once for bare, product in pairs]
    alone = [product.alone / bare.alone for bare, product in pairs]
    well = [
        meets_target("steps a second at once, product / bare", at_once, TARGET_AT_ONCE),
        meets_target("median of one step alone, product / bare", alone, TARGET_ALONE, at_most=True),
    ]
    for what, ratios in grown.items():
        told = f"processor time of {what}, {MANY} outcomes / {FEW}"
        well.append(meets_target(told, ratios, TARGET_GROWTH, at_most=True))
    return 0 if all(well) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20, help="cases at once")
    parser.add_argument("--each", type=int, default=20, help="steps in each")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with only_warnings():
        sys.exit(asyncio.run(main(given.cases, given.each, given.rounds)))
