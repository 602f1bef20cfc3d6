"""Settings: defaults that work, and wrong ones that are refused by name."""

import base64
import os
import stat
from pathlib import Path

import pytest

from settings import Settings, SettingsError, ensure_keys, load_settings, parse_keys

KEY = base64.b64encode(bytes(range(32))).decode()


def test_the_defaults_are_a_working_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    assert settings.data_dir == tmp_path / "data"
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/data/ahg.db"
    assert settings.temporal_connect_config() == {"target_host": "127.0.0.1:7233", "namespace": "default"}
    assert settings.catches_mail
    assert settings.public_url == "http://127.0.0.1:8000"


def test_links_lead_to_the_port_of_the_pages_unless_said_otherwise() -> None:
    assert load_settings(web_port=8123).public_url == "http://127.0.0.1:8123"
    assert load_settings(web_port=8123, public_url="https://ahg.example.org/").public_url == ("https://ahg.example.org")


@pytest.mark.parametrize("given", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_every_way_to_write_a_postgresql_address_gets_the_driver(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_DATABASE_URL", given)

    assert load_settings().database == "postgresql+psycopg://u:p@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AHG_DATABASE_URL", "mysql://h/d"),
        ("AHG_WEB_PORT", "80000"),
        ("AHG_WEB_PORT", "http"),
        ("AHG_HISTORY_LIMIT", "1901"),
        ("AHG_HISTORY_LIMIT", "99"),
        ("AHG_SMTP_SECURITY", "ssl"),
        ("AHG_TEMPORAL_MODE", "cloud"),
        ("AHG_PUBLIC_URL", "ahg.example.org"),
        ("AHG_PUBLIC_URL", "http://ahg.example.org"),
        ("AHG_PUBLIC_URL", "http://10.0.0.5:8000"),
        ("AHG_MAIL_FROM", "nobody"),
        ("AHG_MAIL_FROM", "A <a@example.org>, B <b@example.org>"),
        ("AHG_MAIL_FROM", "a@example.org, b@example.org"),
        ("AHG_MAIL_FROM", "A, B <a@example.org>"),
        ("AHG_FORWARDED_ALLOW_IPS", "*"),
        ("AHG_FORWARDED_ALLOW_IPS", "0.0.0.0/0"),
        ("AHG_FORWARDED_ALLOW_IPS", "0.0.0.0/1,128.0.0.0/1"),
        ("AHG_FORWARDED_ALLOW_IPS", "proxy.example.org"),
        ("AHG_MAIL_FROM", "A <a@example.org>\r\nBcc: b@example.org"),
        ("AHG_MAIL_FROM", "A <a@☕.example>"),
        ("AHG_SMTP_HOST", "mail.☕.example"),
        ("AHG_PUBLIC_URL", "https://☕.example"),
        ("AHG_PAYLOAD_KEYS", "k1:c2hvcnQ="),
        ("AHG_PAYLOAD_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("AHG_PAYLOAD_KEYS", KEY),
        ("AHG_TEMPORAL_BINARY", "/nonexistent/temporal"),
        ("AHG_SQLITE_SYNCHRONOUS", "OFF"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_the_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name}: "):
        load_settings()


def test_hosts_are_those_that_idna_2008_names() -> None:
    named = Settings(smtp_host="mail.faß.example", smtp_security="tls", public_url="https://Faß.example:8443/ahg/")
    assert (named.smtp_host, named.public_url) == ("mail.xn--fa-hia.example", "https://xn--fa-hia.example:8443/ahg")


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_WEB_PORT", "x")
    monkeypatch.setenv("AHG_LOG_FORMAT", "xml")

    with pytest.raises(SettingsError, match=r"AHG_WEB_PORT: .*\n?AHG_LOG_FORMAT: |AHG_LOG_FORMAT") as caught:
        load_settings()

    assert "AHG_WEB_PORT" in str(caught.value)


def test_a_misspelt_setting_is_refused_with_the_right_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_DATABSE_URL", "postgresql://h/d")

    with pytest.raises(SettingsError, match="AHG_DATABSE_URL is not a setting; did you mean AHG_DATABASE_URL"):
        load_settings()


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_SMTP_PASSWORD", "")

    assert load_settings().smtp_password is None


def test_a_user_name_without_a_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_SMTP_USERNAME", "ahg")

    with pytest.raises(SettingsError, match="AHG_SMTP_PASSWORD is missing"):
        load_settings()


def test_a_password_for_a_mail_server_elsewhere_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_SMTP_USERNAME", "ahg")
    monkeypatch.setenv("AHG_SMTP_PASSWORD", "hunter2")
    assert load_settings().smtp_security == "none"

    monkeypatch.setenv("AHG_SMTP_HOST", "mail.example.org")
    with pytest.raises(SettingsError, match="AHG_SMTP_SECURITY is none, and the password would travel in the clear"):
        load_settings()
    assert load_settings(smtp_security="starttls").smtp_security == "starttls"


@pytest.mark.parametrize(("host", "taken"), [("mailpit", True), ("mail.example.org", False), ("10.0.0.5", False)])
def test_links_to_sign_in_do_not_leave_in_the_clear(host: str, taken: bool) -> None:
    if taken:
        assert load_settings(smtp_host=host).smtp_security == "none"
        return
    with pytest.raises(SettingsError, match="AHG_SMTP_SECURITY is none, and links to sign in would travel"):
        load_settings(smtp_host=host)
    assert load_settings(smtp_host=host, smtp_security="tls").smtp_host == host


@pytest.mark.parametrize(
    ("address", "verified"),
    [
        ("postgresql://u:p@db.example.org/ahg", False),
        ("postgresql://u:p@db.example.org/ahg?sslmode=require", False),
        ("postgresql://u:p@db.example.org/ahg?sslmode=verify-full", True),
        ("postgresql://u:p@/ahg?host=db.example.org", False),
        ("postgresql://u:p@/ahg?host=/run/postgresql", True),
        ("postgresql://u:p@postgres/ahg", True),
        ("postgresql://u:p@[2001:db8::1]/ahg", False),
        ("postgresql://u:p@127.0.0.1/ahg", True),
        ("sqlite:////data/ahg.db", True),
    ],
)
def test_a_database_elsewhere_is_told_of_unless_it_is_checked_who_answers(address: str, verified: bool) -> None:
    assert load_settings(database_url=address).databases_in_the_clear == ([] if verified else ["AHG_DATABASE_URL"])


def test_one_sender_may_have_a_comma_in_its_name_and_proxies_may_be_several() -> None:
    assert load_settings(mail_from='"A, B" <a@example.org>').mail_from
    assert load_settings(forwarded_allow_ips="10.0.0.2, 10.1.0.0/24,::1").forwarded_allow_ips


def test_secrets_may_stand_in_files_and_children_are_given_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    monkeypatch.setenv("AHG_SMTP_USERNAME", "ahg")
    monkeypatch.setenv("AHG_SMTP_PASSWORD_FILE", str(tmp_path / "password"))

    settings = load_settings()

    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "hunter2"
    environment = settings.environment()
    assert environment["AHG_SMTP_PASSWORD_FILE"] == str(tmp_path / "password")
    assert "hunter2" not in environment.values()


def test_a_file_of_a_secret_that_is_not_there_or_not_alone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHG_METRICS_TOKEN_FILE", str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match=r"AHG_METRICS_TOKEN_FILE: .*absent cannot be read"):
        load_settings()

    monkeypatch.setenv("AHG_METRICS_TOKEN", "x")
    with pytest.raises(SettingsError, match="AHG_METRICS_TOKEN is set too"):
        load_settings()


def test_secrets_are_shown_neither_in_errors_nor_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHG_DATABASE_URL", "postgresql://user:hunter2@h/d")
    monkeypatch.setenv("AHG_PAYLOAD_KEYS", f"k1:{KEY}")
    shown = repr(load_settings())
    assert "hunter2" not in shown
    assert KEY not in shown

    monkeypatch.setenv("AHG_DATABASE_URL", "mysql://user:hunter2@h/d")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_mail_is_caught_only_when_it_goes_to_this_machine_in_the_clear(settings: Settings) -> None:
    assert settings.catches_mail
    assert not load_settings(smtp_host="mail").catches_mail
    assert not load_settings(smtp_security="starttls").catches_mail
    assert not load_settings(mail_catcher=False).catches_mail


def test_keys_are_made_once_and_only_the_owner_reads_them(settings: Settings) -> None:
    made = ensure_keys(settings)
    keys = settings.keyring

    assert [path.name for path in made] == ["keys", "command-key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    assert [len(key) for key in keys.values()] == [32]
    assert ensure_keys(settings) == []
    assert settings.keyring == keys


def test_missing_keys_say_how_to_get_them(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"AHG_PAYLOAD_KEYS is not set and .*keys does not exist"):
        _ = settings.keyring


def test_the_first_key_stays_first() -> None:
    assert list(parse_keys(f"new:{KEY},old:{KEY}")) == ["new", "old"]


def test_external_mode_takes_temporals_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example.org:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "bali")

    config = load_settings(temporal_mode="external").temporal_connect_config()

    assert config["target_host"] == "temporal.example.org:7233"
    assert config["namespace"] == "bali"


def test_external_mode_without_an_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="TEMPORAL_ADDRESS must be set"):
        load_settings(temporal_mode="external").temporal_connect_config()


def test_a_child_loads_the_same_settings_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(
        data_dir=tmp_path, web_port=8123, payload_keys=f"k1:{KEY}", mail_catcher=False, temporal_ui_port=0
    )
    environment = settings.environment()
    for name in environment.keys() - os.environ.keys():
        monkeypatch.setenv(name, environment[name])

    assert load_settings() == settings
