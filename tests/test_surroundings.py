"""What a process sees to before its work: closed files, its own settings alone, log lines as they were asked for."""

import base64
import os
import stat
from pathlib import Path

import pytest

from ops import doctor
from ops.prepare import prepare_data_folder
from ops.supervisor import product_children
from ops.temporal_server import dev_server_child
from settings import SECRETS, Settings, SettingsError, load_settings
from surroundings import NEEDS, close_data_folder, close_to_others, environment_for, open_to_others
from web.serve import configuration

KEY = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
SUPERVISOR_AND_TOOLS = {"temporal_binary", "test_server_binary", "temporal_ui_port"}


# files --------------------------------------------------------------------------------------------------------------


async def test_a_data_folder_that_others_can_read_is_closed_at_the_start_and_the_doctor_tells(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0)
    try:
        monkeypatch.chdir(settings.data_dir)
        settings.data_dir.chmod(0o755)
        (settings.data_dir / "attachments").mkdir(mode=0o755)
        for name in ("keys", "ahg.db", "temporal.db", "attachments/a"):
            (settings.data_dir / name).touch(0o644)
        (settings.data_dir / "keys").write_text(KEY)
        well, seen = await doctor._closed(settings)
        assert not well
        assert "others can read 6 files and folders" in seen

        await prepare_data_folder(settings)

        assert (await doctor._closed(settings))[0]
        assert {stat.S_IMODE(one.stat().st_mode) for one in settings.data_dir.rglob("*")} == {0o600, 0o700}
        assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_a_database_elsewhere_is_closed_too_and_what_links_lead_to_is_left_alone(
    tmp_path: Path, settings: Settings
) -> None:
    elsewhere, other = tmp_path / "records.db", tmp_path / "other"
    for path in (elsewhere, other):
        path.touch()
        path.chmod(0o644)
    settings.data_dir.chmod(0o700)
    (settings.data_dir / "link").symlink_to(other)
    moved = settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{elsewhere}"})

    assert close_data_folder(moved) == [elsewhere]
    assert list(open_to_others(moved)) == []
    assert stat.S_IMODE(other.stat().st_mode) == 0o644


def test_what_cannot_be_closed_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    settings.data_dir.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refused)
    with pytest.raises(SettingsError, match=r"AHG_DATA_DIR: others can read .* cannot be changed"):
        close_data_folder(settings)


def test_what_a_process_makes_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        close_to_others()
        (tmp_path / "made").touch()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600


# settings -----------------------------------------------------------------------------------------------------------


def test_every_setting_is_some_processs_or_the_supervisors_own() -> None:
    assert set().union(*NEEDS.values()) | SUPERVISOR_AND_TOOLS == set(Settings.model_fields)


def test_each_process_gets_the_settings_that_it_needs_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"oidc_issuer": "https://login.example.org", "oidc_client_id": "ahg", "oidc_client_secret": "s-oidc"}
    given |= {"imap_host": "mx.example.org", "imap_username": "ahg", "imap_password": "s-imap"}
    given |= {"smtp_username": "ahg", "smtp_password": "s-smtp", "metrics_token": "s-metrics"}
    seed = base64.b64encode(b"s" * 32).decode()
    given |= {"payload_keys": KEY, "command_key": seed, "database_url": "postgresql://u:s-records@h/d"}
    settings = load_settings(data_dir=tmp_path, **given)
    monkeypatch.setenv("TEMPORAL_API_KEY", "s-temporal")
    children = {child.name: " ".join((child.env or {}).values()) for child in product_children(settings)}
    children["prepare"] = " ".join(environment_for("prepare", settings).values())
    secrets = {"s-oidc", "s-imap", "s-smtp", "s-metrics", "s-records", "s-temporal", KEY, seed}

    held = {name: {secret for secret in secrets if secret in values} for name, values in children.items()}

    assert held == {
        "mail": set(),
        "temporal": set(),
        "prepare": {"s-records", KEY},
        "worker": {"s-imap", "s-smtp", "s-records", "s-temporal", KEY},
        "web": {"s-oidc", "s-smtp", "s-metrics", "s-records", "s-temporal", KEY, seed},
    }
    assert set(SECRETS) <= set(Settings.model_fields)


# the pages and Temporal ----------------------------------------------------------------------------------------------


def test_the_level_and_the_format_reach_the_pages_and_temporal(settings: Settings) -> None:
    chosen = settings.model_copy(update={"log_format": "json", "log_level": "ERROR"})
    command = dev_server_child(chosen, chosen.data_dir / "log", database=None).command

    assert command[command.index("--log-level") + 1] == "error"
    assert command[command.index("--log-format") + 1] == "json"
    assert configuration(chosen).log_level == "error"
    for child in product_children(chosen.model_copy(update={"mail_catcher": True})):
        if child.name != "temporal":
            assert {"log_format", "log_level"} <= NEEDS[child.name]


def test_the_pages_believe_the_proxies_that_are_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    named = settings.model_copy(update={"forwarded_allow_ips": "172.30.0.1"})
    assert configuration(named).forwarded_allow_ips == "172.30.0.1"
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.2")
    assert configuration(settings).forwarded_allow_ips == "10.0.0.2"


def test_everybody_is_believed_by_neither_of_the_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with pytest.raises(SettingsError, match="AHG_FORWARDED_ALLOW_IPS: would believe everybody"):
        load_settings()
