"""Make a deployment ready before its programs start: keys, schema, directory of members.

`ahg up` does it by itself. Where the programs run apart (containers), ``python -m ops.prepare`` does it once,
before them; any number of times is the same as once.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine

import db
from log_lines import refuse_to_start, set_up_logs
from models.notes import SEED_BYTES, KeyUse, SignerKey
from ops.console import announce
from ops.rebuild import cases_without_texts, rebuild_cases
from records.directory import seed_if_empty
from records.roles import grant_to_product
from records.tree import add_missing_leaves
from settings import (
    COMMAND_KEY_FILE,
    Settings,
    SettingsError,
    asked_for_json,
    ensure_keys,
    ensure_local_key,
    load_settings,
    make_secret_file,
)
from surroundings import close_data_folder, close_to_others

_WITHOUT = {
    "keys": "open cases cannot be read without it",
    COMMAND_KEY_FILE: "with it commands are signed, and old signatures are checked",
}


async def prepare_data_folder(settings: Settings) -> None:
    """Close the data folder to others, make the keys, the newest schema, an empty directory's entries, and missing rows.

    Rows are missing of cases that were recorded before there was a search.
    """
    close_to_others()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if opened := close_data_folder(settings):
        announce(f"others could read {len(opened)} files and folders of {settings.data_dir}; now they cannot")
    for made in ensure_keys(settings):
        announce(f"made {made}: back this file up, {_WITHOUT[made.name]}")
    if ensure_checkpoint_key(settings):
        announce("made the key that signs checkpoints of the record: back the file checkpoint-key up as well")
    if settings.on_a_laptop:
        ensure_local_key(settings)
    await db.migrate(settings.owned_database)
    async with db.open_engine(settings, owning=True) as engine:
        if settings.migration_database_url is not None:
            await grant_to_product(engine, settings.database)
        count = await seed_if_empty(engine)
        if leaves := await add_missing_leaves(engine):
            announce(f"took {leaves} logs of before into the hashed record")
        if old := await cases_without_texts(engine):
            announce(f"making the rows that lists and search need of {len(old)} cases recorded before there were any")
            await rebuild_cases(engine, old)
    if count:
        announce(f"filled the directory with {count} entries; each is for the deployment to confirm")


def ensure_checkpoint_key(settings: Settings) -> bool:
    """Make the key that signs checkpoints, named for the address of the pages, unless it is set or there is a file.

    The name stays when the address changes.
    """
    if settings.checkpoint_key is not None:
        return False
    name = f"{urlsplit(settings.public_url).netloc}/record"
    key = SignerKey(name, KeyUse.NOTE, secrets.token_bytes(SEED_BYTES))
    return make_secret_file(settings.data_dir / "checkpoint-key", key.written())


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
        refuse_to_start(error, asked_for_json())
