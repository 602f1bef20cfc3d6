"""``ahg mail preferences``: what a post wants of its mails, from the command line."""

import asyncio
from datetime import time

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

import cli
from models.mail_preferences import DEFAULT_PREFERENCES, MailChoice, Preferences, Rhythm, Switch
from models.posts import Post
from ops.mail_preferences import NotKept, quiet_hours, switched
from records import mail_preferences
from records.directory import seed_if_empty
from settings import Settings, ensure_keys

LK, ADDRESS = Post("LK/focal-point"), "focal-point@lk.ahg.localhost"
CASE = "AHG-2026-003"


async def ahg(settings: Settings, database_url: str, *words: str) -> Result:
    env = settings.model_copy(update={"database_url": database_url}).environment()
    return await asyncio.to_thread(CliRunner().invoke, cli.app, ("mail", "preferences", *words), env=env)


async def stands(engine: AsyncEngine) -> Preferences:
    async with engine.connect() as connection:
        return (await mail_preferences.preferences_of(connection, LK, ADDRESS)).wants


async def test_what_is_said_is_kept_the_rest_stays_and_all_of_it_is_shown(
    engine: AsyncEngine, settings: Settings, database_url: str
) -> None:
    ensure_keys(settings)
    await seed_if_empty(engine)
    done = await ahg(
        settings,
        database_url,
        LK,
        "--digest",
        "weekly",
        "--weekday",
        "3",
        "--quiet",
        "21:00-06:00",
        "--switch",
        "situation_updated=off",
        "--switch",
        f"{CASE}:outcome_due=at once",
        "--switch",
        f"{CASE}=digest",
    )
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == f"{LK}, {ADDRESS}, times of Asia/Colombo"
    assert done.stdout.splitlines()[2:] == [
        "digest: weekly, Thursdays at 08:00",
        "quiet hours: 21:00-06:00",
        "situation_updated=off",
        f"{CASE}:outcome_due=at once",
        f"{CASE}=digest",
    ]
    again = await ahg(
        settings, database_url, LK, "--morning", "07:15", "--quiet", "none", "--switch", f"{CASE}=as it is"
    )
    assert again.exit_code == 0, again.output
    assert await stands(engine) == Preferences(
        digest=Rhythm.WEEKLY,
        weekday=3,
        morning=time(7, 15),
        switches=(
            Switch(kind="situation_updated", how=MailChoice.OFF),
            Switch(case=CASE, kind="outcome_due", how=MailChoice.AT_ONCE),
        ),
    )
    assert (await ahg(settings, database_url, LK, "--reset")).exit_code == 0
    assert await stands(engine) == DEFAULT_PREFERENCES


WRONG = [
    (["--switch", "invited=off"], "invited cannot be switched off. It asks your post to act"),
    (["--switch", "nonsense"], "is not WHAT=HOW"),
    (["--switch", "situation_updated=never"], "is not WHAT=HOW"),
    (["--switch", f"{CASE}:nonsense=off"], "There is no kind 'nonsense'"),
    (["--switch", "nonsense=off"], "neither a kind of notice nor the reference of a case"),
    (["--morning", "eight"], "is not written as 08:00"),
    (["--quiet", "21:00"], "is not written as 08:00-18:00"),
    (["--quiet", "07:00-09:00"], "The digest would come in the quiet hours."),
    (["--weekday", "9"], "A week has the days 0 (Monday) to 6 (Sunday)."),
]


@pytest.mark.parametrize(("words", "why"), WRONG)
async def test_what_cannot_be_kept_is_refused_with_a_sentence(
    engine: AsyncEngine, settings: Settings, database_url: str, words: list[str], why: str
) -> None:
    await seed_if_empty(engine)
    done = await ahg(settings, database_url, LK, *words)
    assert done.exit_code == 1
    assert why in done.stderr
    assert await stands(engine) == DEFAULT_PREFERENCES


async def test_a_post_that_nobody_holds_has_no_preferences(
    engine: AsyncEngine, settings: Settings, database_url: str
) -> None:
    await seed_if_empty(engine)
    done = await ahg(settings, database_url, "XX/focal-point")
    assert (done.exit_code, done.stderr.strip()) == (1, "The directory has no address for XX/focal-point.")


def test_what_a_switch_says() -> None:
    assert switched("all=off") == (Switch(how=MailChoice.OFF), MailChoice.OFF)
    assert switched(f"{CASE}=digest") == (Switch(case=CASE, how=MailChoice.DIGEST), MailChoice.DIGEST)
    assert switched("all:outcome_due = off") == (Switch(kind="outcome_due", how=MailChoice.OFF), MailChoice.OFF)
    assert quiet_hours("21:00-06:00", 2) == (time(21), time(6))
    with pytest.raises(NotKept):
        quiet_hours("21:00-06:00-07:00", 2)
