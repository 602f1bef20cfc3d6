"""The command line: what each command does, and the sentence and exit code when it cannot."""

import asyncio
import csv
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from typer.testing import CliRunner, Result

import cli
from db import write_transaction
from models.tables import TABLES
from ops.doctor import _mailbox
from ops.processes import free_port
from settings import Settings
from tests.notifications.imap_server import ImapServer, serving
from tests.notifications.returned import ADDRESS, MESSAGE_ID, returned
from tests.rig import REQUEST, Rig, rig, working
from tests.waiting import until

Ahg = Callable[..., Awaitable[Result]]


@pytest_asyncio.fixture
async def parts(tmp_path: Path, database_url: str) -> AsyncIterator[Rig]:
    """A product that runs, on a database of each kind."""
    async with rig(tmp_path / "rig", database_url=database_url) as made, working(made):
        yield made


@pytest.fixture
def ahg(parts: Rig) -> Ahg:
    """`ahg` as a shell would run it, beside the running product."""

    async def run(*words: str) -> Result:
        env = parts.settings.environment()
        return await asyncio.to_thread(CliRunner().invoke, cli.app, words, env=env)

    return run


async def _submitted(ahg: Ahg) -> str:
    done = await ahg(
        "case", "do", "submit", "--by", "LK/focal-point", "--with", json.dumps(dict(REQUEST)), "--id", "s1"
    )
    assert done.exit_code == 0, done.output
    return done.stdout.split()[0]


async def _stand(parts: Rig, **columns: Any) -> list[str]:
    """Let every notice stand so; their keys."""
    notices = TABLES.tables["notices"]
    async with write_transaction(parts.engine) as connection:
        await connection.execute(notices.update().values(**columns))
        return list((await connection.execute(select(notices.c.key).order_by(notices.c.id))).scalars())


# cases ------------------------------------------------------------------------------------------------------


async def test_a_command_is_done_and_says_where_the_case_is_and_whose_turn_it_is(ahg: Ahg) -> None:
    reference = await _submitted(ahg)

    done = await ahg("case", "do", "accept", "--case", reference, "--by", "RSO/secretariat")

    assert done.exit_code == 0
    assert f"{reference} entry 8: co_chair_review; waits for AU/co-chair, ID/co-chair" in done.stdout


async def test_the_same_id_acts_once(ahg: Ahg) -> None:
    assert await _submitted(ahg) == await _submitted(ahg)
    assert "1 cases" in (await ahg("case", "list")).stdout


async def test_a_stale_command_is_refused_with_who_changed_what(ahg: Ahg) -> None:
    reference = await _submitted(ahg)
    await ahg("case", "do", "return", "--case", reference, "--by", "RSO/secretariat", "--with", "{missing: [figures]}")

    done = await ahg("case", "do", "accept", "--case", reference, "--by", "RSO/secretariat", "--seen", "3")

    assert done.exit_code == 1
    assert "RSO/secretariat has changed this since you looked" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("accept", "--by", "TH/focal-point"), "Only the secretariat may find a request complete"),
        (("approve", "--by", "AU/co-chair"), "There is no command 'approve'"),
        (("accept", "--by", "nobody"), "'nobody' is not a post"),
        (("accept", "--by", "RSO/secretariat", "--with", "{a: "), "--with is not YAML"),
        (("accept", "--by", "RSO/secretariat", "--with", "[a]"), "--with must be a mapping"),
        (
            ("accept", "--by", "RSO/secretariat", "--with", "{colour: red}"),
            "colour: there is no field 'colour'; the fields are text",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
async def test_a_command_that_cannot_be_done_says_why_and_ends_with_1(
    words: tuple[str, ...], sentence: str, ahg: Ahg
) -> None:
    reference = await _submitted(ahg)

    done = await ahg("case", "do", *words, "--case", reference)

    assert done.exit_code == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.output


async def test_a_command_without_a_case_says_so(ahg: Ahg) -> None:
    done = await ahg("case", "do", "accept", "--by", "RSO/secretariat")

    assert (done.exit_code, done.stderr) == (1, "Say which case the command 'accept' is for.\n")


async def test_cases_are_listed_shown_and_told_by_their_history(ahg: Ahg) -> None:
    reference = await _submitted(ahg)

    assert reference in (await ahg("case", "list")).stdout
    assert "0 cases" in (await ahg("case", "list", "--stage", "closed")).stdout
    shown = json.loads((await ahg("case", "show", reference)).stdout)
    assert (shown["stage"], shown["requesters"]) == ("submitted", ["LK"])
    assert shown["request_versions"][0]["content"]["title"] == REQUEST["title"]
    history = (await ahg("case", "history", reference)).stdout
    assert "LK/focal-point: submitted" in history
    allowed = await ahg("case", "allowed", reference, "--by", "RSO/secretariat")
    assert {"accept", "return"} <= set(allowed.stdout.replace(",", " ").split())
    assert (await ahg("case", "allowed", reference, "--by", "RSO/auditor")).stdout == "nothing\n"


@pytest.mark.parametrize("command", [("show",), ("export",), ("history",), ("allowed", "--by", "AU/co-chair")])
async def test_a_case_that_does_not_exist_is_named(command: tuple[str, ...], ahg: Ahg) -> None:
    done = await ahg("case", command[0], "AHG-1999-001", *command[1:])

    assert done.exit_code == 1
    assert "There is no case AHG-1999-001." in done.stderr


async def test_an_export_verifies_by_the_documented_formula_without_the_database(ahg: Ahg, tmp_path: Path) -> None:
    reference = await _submitted(ahg)
    act_for = (
        '{post: AU/co-chair, how: telephone, text: the line is down, command: {do: suspend, text: "สวัสดี \\"x\\""}}'
    )
    await ahg("case", "do", "accept", "--case", reference, "--by", "RSO/secretariat")
    done = await ahg("case", "do", "act_for", "--case", reference, "--by", "RSO/secretariat", "--with", act_for)
    assert done.exit_code == 0, done.output
    file = tmp_path / "log.jsonl"

    assert (await ahg("case", "export", reference, "--to", str(file))).exit_code == 0
    assert (await ahg("case", "export", reference)).stdout == file.read_text(encoding="utf-8")

    previous = ""
    entries = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for seq, entry in enumerate(entries, start=1):
        names = ("previous", "case", "seq", "at", "by", "acted_for", "command", "event", "signed")
        text = json.dumps(
            [entry[name] for name in names if name != "signed" or entry[name]],
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        assert (entry["seq"], entry["previous"]) == (seq, previous)
        assert entry["hash"] == hashlib.sha256(text.encode()).hexdigest()
        previous = entry["hash"]
    assert entries[-1]["acted_for"]["how"] == "telephone"


# operating --------------------------------------------------------------------------------------------------


async def test_verify_and_replay_say_how_much_they_looked_at(ahg: Ahg, parts: Rig) -> None:
    await _submitted(ahg)

    verified = await ahg("verify")
    assert (verified.exit_code, verified.stdout) == (0, "1 logs verified, 0 faults\n")
    replayed = await ahg("replay", str(Path(__file__).parents[1] / "scenarios"))
    assert (replayed.exit_code, replayed.stdout) == (0, "0 histories replayed, 0 do not fit this version\n")


async def test_replay_leaves_out_what_this_very_code_has_carried_on(ahg: Ahg) -> None:
    await _submitted(ahg)

    async def left_out() -> bool:  # Temporal's index follows a moment later
        return "1 more were carried on by this very code" in (await ahg("replay")).stdout

    await until(left_out)
    assert (await ahg("replay")).stdout.startswith("0 histories replayed, 0 do not fit this version\n")
    every = await ahg("replay", "--every")
    assert (every.exit_code, every.stdout) == (0, "1 histories replayed, 0 do not fit this version\n")


async def test_doctor_finds_a_product_that_lacks_its_delivery(ahg: Ahg) -> None:
    await _submitted(ahg)  # a worker for cases is there

    done = await ahg("doctor")

    assert done.exit_code == 1
    assert "well   Temporal:" in done.stdout
    assert "WRONG  Workers, delivery and mailbox: no worker takes the work of ahg-delivery" in done.stdout


async def test_doctor_opens_the_mailbox_and_says_when_it_cannot(tmp_path: Path) -> None:
    async with serving(ImapServer()) as imap:
        there: dict[str, Any] = {
            "imap_host": "127.0.0.1",
            "imap_port": imap.port,
            "imap_security": "none",
            "imap_username": imap.user,
            "imap_password": imap.password,
        }
        right = await _mailbox(Settings(data_dir=tmp_path, **there))
        wrong = await _mailbox(Settings(data_dir=tmp_path, **{**there, "imap_password": "guessed"}))
    none = await _mailbox(Settings(data_dir=tmp_path))

    assert [well for well, _ in (right, wrong, none)] == [True, False, True]
    assert right[1] == f"INBOX of {imap.user} at 127.0.0.1:{imap.port} can be read"
    assert "guessed" not in wrong[1]
    assert not any("FETCH" in said for said in imap.said)


async def test_who_was_told_is_listed_and_written_as_a_table(ahg: Ahg, parts: Rig, tmp_path: Path) -> None:
    await parts.submit()
    await _stand(parts, state="sent", address=ADDRESS, reply="250 kept as =1", attempts=1)
    told = await ahg("case", "told", parts.reference)
    written = await ahg("case", "told", parts.reference, "--to", str(tmp_path / "told.csv"))

    notices = await parts.notices()
    assert (told.exit_code, written.exit_code, written.stdout) == (0, 0, "")
    assert told.stdout.count(f"sent, to {ADDRESS}, 1 attempts: 250 kept") == len(notices) == 2
    assert "request_received  LK/focal-point" in told.stdout
    with (tmp_path / "told.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(row["kind"], row["post"], row["address"], row["reply"]) for row in table] == [
        (one.kind, one.post, ADDRESS, "250 kept as =1") for one in notices
    ]
    assert (await ahg("case", "told", "AHG-1999-001")).exit_code == 1


async def test_any_kind_of_notice_is_shown_as_a_post_would_get_it(ahg: Ahg) -> None:
    mail = await ahg("mail", "preview", "invited", "--post", "TH/focal-point", "--language", "id")
    assert mail.exit_code == 0
    assert "focal-point@th.ahg.localhost" in mail.stdout.splitlines()[0]
    assert "Apa yang diminta dari Anda" in mail.stdout
    assert "Asia/Bangkok" in mail.stdout
    page = await ahg("mail", "preview", "invited", "--html")
    assert page.stdout.startswith("<!DOCTYPE html>")
    for wrong, said in (
        (("nothing",), "There is no kind of notice nothing"),
        (("invited", "--post", "nobody"), "nobody"),
        (("invited", "--language", "xx"), "Mails are not written in xx; they are in en, id."),
    ):
        refused = await ahg("mail", "preview", *wrong)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert said in refused.stderr


async def test_what_is_stuck_is_listed_sent_again_and_given_up(ahg: Ahg, parts: Rig) -> None:
    await parts.submit()
    assert "0 notices are stuck" in (await ahg("mail", "board")).stdout
    keys = await _stand(parts, state="refused", reply="550 5.1.1 no such user", attempts=1)

    board = (await ahg("mail", "board")).stdout
    assert "said: 550 5.1.1 no such user" in board
    assert f"{len(keys)} notices are stuck" in board
    assert all(key in board for key in keys)
    again = await ahg("mail", "resend", keys[0], "none", "--why", "a new address")
    assert (again.exit_code, again.stdout) == (1, f"{keys[0]}: queued again\n")
    assert "There is no notice none." in again.stderr
    over = await ahg("mail", "give-up", keys[1], "--why", "The office is closed", "--by", "RSO/secretariat")
    assert (over.exit_code, over.stdout) == (0, f"{keys[1]}: given up\n")
    assert "is not stuck: it is given up" in (await ahg("mail", "give-up", keys[1], "--why", "x")).stderr
    stood = {one.key: (one.state, one.settled_by) for one in await parts.notices()}
    assert (stood[keys[0]], stood[keys[1]]) == (("queued", ""), ("given_up", "RSO/secretariat"))


async def test_all_that_was_refused_for_the_same_reason_is_sent_again_at_once(ahg: Ahg, parts: Rig) -> None:
    await parts.submit()
    keys = await _stand(parts, state="refused", reply="550 5.7.1 <ahg@x> Sender not 100% ours", attempts=1)

    none = await ahg("mail", "resend", "--all-refused", "--said", "no such user")
    assert (none.exit_code, none.stdout) == (0, "0 notices are sent again\n")
    for wrong in ((), ("--said", "ours"), (keys[0], "--said", "ours")):
        assert (await ahg("mail", "resend", *wrong)).exit_code == 2
    again = await ahg("mail", "resend", "--all-refused", "--said", "sender not 100% ours", "--why", "mended")
    said = [f"{key}: queued again" for key in keys]
    assert (again.exit_code, again.stdout.splitlines()) == (0, [*said, f"{len(keys)} notices are sent again"])
    assert {(one.state, one.attempts) for one in await parts.notices()} == {("queued", 0)}


async def test_what_came_back_is_read_from_files(ahg: Ahg, parts: Rig, tmp_path: Path) -> None:
    await parts.submit()
    await _stand(parts, state="sent", address=ADDRESS, message_id=MESSAGE_ID)
    (tmp_path / "mails").mkdir()
    for name in ("postfix-failed", "a-persons-reply"):
        (tmp_path / "mails" / name).write_bytes(returned(name))

    read = await ahg("mail", "bounces", str(tmp_path / "mails"))

    assert (read.exit_code, read.stdout) == (0, "2 mails read: 1 bounced, 1 nothing\n")
    assert "bounced" in {one.state for one in await parts.notices()}
    assert "came back" in (await ahg("mail", "board")).stdout
    assert (await ahg("mail", "bounces", str(tmp_path / "none"))).exit_code == 1


async def test_the_directory_is_listed_and_imported(ahg: Ahg, tmp_path: Path) -> None:
    assert "49 members" in (await ahg("directory", "list")).stdout
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(
        "code,name,kind,co_chair,steering_group\n"
        "AU,Australia,state,yes,yes\nID,Indonesia,state,yes,yes\nXX,Țara Nouă,state,,\n",
        encoding="utf-8",
    )
    bad.write_text("code,name\nAU,Australia\n", encoding="utf-8")

    assert "3 members imported" in (await ahg("directory", "import", str(good))).stdout
    assert "Țara Nouă" in (await ahg("directory", "list")).stdout
    refused = await ahg("directory", "import", str(bad))
    assert (refused.exit_code, refused.stderr) == (1, "the member list lacks the columns kind\n")
    swept = await ahg("attachment", "sweep")
    assert swept.stdout == "0 files forgotten, which go in a day; 0 removed, 0 kB\n"
    gone = await ahg("directory", "import", str(tmp_path / "none.csv"))
    assert gone.exit_code == 1
    assert "none.csv" in gone.stderr


def test_without_temporal_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    env = {
        "AHG_DATA_DIR": str(tmp_path),
        "AHG_TEMPORAL_PORT": str(free_port()),
        "AHG_PAYLOAD_KEYS": "k1:" + "A" * 43 + "=",
    }

    done = CliRunner().invoke(cli.app, ["case", "do", "accept", "--case", "X", "--by", "AU/co-chair"], env=env)

    assert done.exit_code == 3
    assert "Temporal does not answer; is `ahg up` running?" in done.stderr


def test_a_wrong_setting_is_named_and_ends_with_2() -> None:
    done = CliRunner().invoke(cli.app, ["case", "list"], env={"AHG_TEMPORAL_PORTT": "1"})

    assert done.exit_code == 2
    assert "AHG_TEMPORAL_PORTT is not a setting; did you mean AHG_TEMPORAL_PORT?" in done.stderr
