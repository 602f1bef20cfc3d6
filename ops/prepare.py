"""Make a deployment ready before its programs start: keys, schema, directory of members.

`ahg up` does it by itself. Where the programs run apart (containers), ``python -m ops.prepare`` does it once,
before them; any number of times is the same as once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

import db
from ops.rebuild import cases_without_texts, rebuild_cases
from records.directory import seed_if_empty
from settings import Settings, SettingsError, ensure_keys, load_settings
from surroundings import close_data_folder, close_to_others, set_up_logs


async def prepare_data_folder(settings: Settings) -> None:
    """Close the data folder to others, make the keys, the newest schema, an empty directory's entries, and missing rows.

    Rows are missing of cases that were recorded before there was a search.
    """
    close_to_others()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if opened := close_data_folder(settings):
        print(f"others could read {len(opened)} files and folders of {settings.data_dir}; now they cannot")
    made = ensure_keys(settings)
    if made is not None:
        print(f"made the payload keys in {made}: back this file up, open cases cannot be read without it")
    await db.migrate(settings.database)
    async with db.open_engine(settings) as engine:
        count = await seed_if_empty(engine)
        if old := await cases_without_texts(engine):
            print(f"making the rows that lists and search need of {len(old)} cases recorded before there were any")
            await rebuild_cases(engine, old)
    if count:
        print(f"filled the directory with {count} entries; each is for the deployment to confirm")


@asynccontextmanager
async def fresh_records(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The engine of a deployment that rehearsals and benchmarks make for themselves, with its keys, schema and directory.

    The data folder must exist. The connections are closed on exit.
    """
    ensure_keys(settings)
    await db.migrate(settings.database)
    async with db.open_engine(settings) as engine:
        await seed_if_empty(engine)
        yield engine


if __name__ == "__main__":
    try:
        chosen = load_settings()
        set_up_logs(chosen)
        asyncio.run(prepare_data_folder(chosen))
    except SettingsError as error:
        raise SystemExit(str(error)) from None
