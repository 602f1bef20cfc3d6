"""The compose file, without an engine: the specification's schema, pinned images, and names that exist."""

import importlib.resources
import ipaddress
import json
import re
import subprocess
import tomllib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from temporalio.service import TLSConfig

from ops.certificates import make_certificates
from ops.temporal_server import SEARCH_ATTRIBUTES
from settings import PREFIX, SECRETS, load_settings
from surroundings import NEEDS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:?[-?][^}]*)?\}")
# A tag with at least a major and a minor number says what it is, a digest holds it to that.
TAG = r"[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?"
PINNED = re.compile(rf"{TAG}@sha256:[0-9a-f]{{64}}")
PINNED_BY_ITS_OPERATOR = {"temporal-ui": "TEMPORAL_UI_DIGEST"}
"""Of these no digest was found to be named in public."""
NETWORKS: dict[str, dict[str, Any]] = COMPOSE["networks"]
PROGRAM_SERVICES = [name for name, service in SERVICES.items() if "build" in service]
PROGRAM = {**{name: name for name in PROGRAM_SERVICES}, "candidate": "worker", "operator": "worker"}
"""Which program a service is, for what it needs and shows."""
OPEN_TO_OTHERS = {"proxy"}


def test_it_follows_the_compose_specification() -> None:
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text(encoding="utf-8"))

    jsonschema.validate(COMPOSE, schema)


KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    written = SERVICES[name]["image"]
    image = VARIABLE.sub(lambda match: (match[2] or "").removeprefix(":-"), written)

    if name in PINNED_BY_ITS_OPERATOR or "build" in SERVICES[name]:
        assert re.fullmatch(TAG, image)
        assert "build" in SERVICES[name] or f"${{{PINNED_BY_ITS_OPERATOR[name]}:-}}" in written
    else:
        assert PINNED.fullmatch(image)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_bounds_and_its_log_does_not_fill_the_disk(name: str) -> None:
    service = SERVICES[name]

    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
    assert re.fullmatch(r"\d+[mg]", VARIABLE.sub(lambda match: match[2].removeprefix(":-"), service["mem_limit"]))
    assert (0 < service["cpus"] <= 2, 0 < service["pids_limit"] <= 1024) == (True, True)


def test_the_images_of_the_dockerfile_are_pinned_to_the_patch() -> None:
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert images
    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3\.1[123]\.\d+-slim-\w+@sha256:[0-9a-f]{64}", images[0])


def test_every_variable_has_a_default_or_says_what_is_missing_and_is_documented() -> None:
    running = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for name, how in VARIABLE.findall(TEXT):
        assert how.startswith((":-", ":?")), f"{name} has neither a default nor a message"
        assert how != ":?", f"{name} has an empty message"
        assert f"`{name}`" in running, f"{name} is not in docs/running.md"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_become_so(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"].startswith("on-failure")


@pytest.mark.parametrize("name", PROGRAM_SERVICES)
def test_a_program_runs_an_entry_point_that_exists(name: str) -> None:
    command = SERVICES[name]["command"]
    if name == "operator":
        assert command[0] == "ahg"
        return
    assert command[:2] == ["python", "-m"]
    assert '__name__ == "__main__"' in _source(command[2])


@pytest.mark.parametrize("name", PROGRAM_SERVICES)
def test_a_programs_settings_exist_are_needed_and_are_accepted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment: dict[str, str] = SERVICES[name]["environment"]
    secrets = {
        "ahg_payload_keys": f"k1:{KEY}",
        "ahg_database_url": "postgresql://ahg:secret@postgres:5432/ahg",
        "ahg_command_key": KEY,
    }
    for path in make_certificates(tmp_path / "made", "temporal", datetime.now(UTC)):
        secrets[path.name] = path.read_text().rstrip()
    for variable, value in environment.items():
        asked = "mail.example.org" if variable == "AHG_SMTP_HOST" else KEY
        filled = VARIABLE.sub(partial(_filled, asked), value)
        if variable == "AHG_SMTP_SECURITY":
            filled = "starttls"
        if variable.startswith(PREFIX):
            assert variable.removeprefix(PREFIX).removesuffix("_FILE").lower() in NEEDS[PROGRAM[name]]
        if filled.startswith("/run/secrets/"):
            secret = filled.removeprefix("/run/secrets/")
            assert secret in SERVICES[name]["secrets"]
            (tmp_path / secret).write_text(secrets.get(secret, "") + "\n")
            filled = str(tmp_path / secret)
        monkeypatch.setenv(variable, filled)

    settings = load_settings()

    assert settings.database.startswith("postgresql+psycopg://ahg:secret@postgres:")
    assert settings.payload_keys is not None
    if name != "prepare":
        config = settings.temporal_connect_config()
        tls = config["tls"]
        assert config["target_host"] == "temporal:7233"
        assert isinstance(tls, TLSConfig)
        assert tls.client_cert == secrets[f"temporal_{PROGRAM[name]}_certificate"].encode() + b"\n"
        assert tls.client_private_key == secrets[f"temporal_{PROGRAM[name]}_key"].encode() + b"\n"
        assert tls.server_root_ca_cert == secrets["temporal_server_ca"].encode() + b"\n"


def test_no_secret_stands_in_the_environment_of_a_container() -> None:
    secrets = {f"{PREFIX}{name.upper()}" for name in SECRETS}
    secrets |= {"POSTGRES_PASSWORD", "POSTGRES_PWD", "SQL_PASSWORD"}
    for service in SERVICES.values():
        assert not secrets & service.get("environment", {}).keys()
    named = [secret for service in SERVICES.values() for secret in service.get("secrets", [])]
    assert set(named) == set(COMPOSE["secrets"])


def test_who_talks_to_temporal_shows_a_certificate_of_its_own_and_no_other_is_near() -> None:
    held = {
        name: {one for one in service.get("secrets", []) if re.fullmatch(r"temporal_\w+_(ca|certificate|key)", one)}
        for name, service in SERVICES.items()
    }
    operator = {"temporal_server_ca", "temporal_operator_certificate", "temporal_operator_key"}
    worker = {"temporal_server_ca", "temporal_worker_certificate", "temporal_worker_key"}

    assert {name: files for name, files in held.items() if files} == {
        "temporal": {"temporal_server_ca", "temporal_client_ca", "temporal_server_certificate", "temporal_server_key"},
        "temporal-setup": operator,
        "temporal-ui": operator,
        "worker": worker,
        "candidate": worker,
        "operator": worker,
        "web": {"temporal_server_ca", "temporal_web_certificate", "temporal_web_key"},
    }
    server = SERVICES["temporal"]["environment"]
    assert server["TEMPORAL_TLS_REQUIRE_CLIENT_AUTH"] == "true"
    assert not [name for name in server if "DISABLE_HOST_VERIFICATION" in name]
    # The services behind the frontend take the server's own certificate, the frontend the clients' as well.
    assert server["TEMPORAL_TLS_SERVER_CA_CERT"] == "/run/secrets/temporal_server_ca"
    assert server["TEMPORAL_TLS_CLIENT1_CA_CERT"] == "/run/secrets/temporal_client_ca"
    files = {value for service in SERVICES.values() for value in service.get("environment", {}).values()}
    named = {value.removeprefix("/run/secrets/") for value in files if str(value).startswith("/run/secrets/temporal_")}
    assert named <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_no_more_than_its_program_needs(name: str) -> None:
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_each_network_has_those_that_must_talk_to_each_other_and_nobody_else() -> None:
    networks = {name: {one for one, service in SERVICES.items() if name in service["networks"]} for name in NETWORKS}

    workers = {"worker", "candidate", "operator"}
    assert networks == {
        "figures": workers | {"web"},
        "front": {"proxy", "web"},
        "mail": workers | {"mailpit", "web"},
        "operators": {"temporal-ui"},
        "records": workers | {"postgres", "prepare", "web"},
        "temporal": workers | {"temporal", "temporal-setup", "temporal-ui", "web"},
        "temporal-records": {"temporal-postgres", "temporal-schema", "temporal"},
    }
    internal = {name for name, network in NETWORKS.items() if (network or {}).get("internal")}
    assert internal == {"figures", "records", "temporal", "temporal-records"}
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert all(set(SERVICES[name]["networks"]) - internal for name in published)
    assert SERVICES["temporal-ui"]["profiles"] == ["operators"]


def test_the_pages_believe_the_gateway_of_their_network_and_the_proxy_about_whom_they_speak_for() -> None:
    believed = SERVICES["web"]["environment"]["AHG_FORWARDED_ALLOW_IPS"]
    (address,) = NETWORKS["front"]["ipam"]["config"]
    (gateway,) = [how.removeprefix(":-") for _, how in VARIABLE.findall(address["gateway"])]
    (subnet,) = [how.removeprefix(":-") for _, how in VARIABLE.findall(address["subnet"])]

    own = SERVICES["proxy"]["networks"]["front"]["ipv4_address"]
    (proxy,) = [how.removeprefix(":-") for _, how in VARIABLE.findall(own)]

    assert VARIABLE.findall(believed) == [("AHG_FORWARDED_ALLOW_IPS", f":-{gateway},{proxy}")]
    assert {ipaddress.ip_address(one) in ipaddress.ip_network(subnet) for one in (gateway, proxy)} == {True}


def test_the_worker_can_be_started_many_times() -> None:
    assert "container_name" not in TEXT
    assert "ports" not in SERVICES["worker"]


def test_the_cluster_gets_the_search_attributes_of_the_embedded_server() -> None:
    pairs = dict(pair.split("=") for pair in SERVICES["temporal-setup"]["environment"]["ATTRIBUTES"].split())

    assert pairs == dict(SEARCH_ATTRIBUTES)


def test_every_port_but_that_of_the_proxy_is_published_on_this_machine_only() -> None:
    ports = [port for name in SERVICES.keys() - OPEN_TO_OTHERS for port in SERVICES[name].get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_volumes_and_configs_are_declared() -> None:
    volumes = {volume.partition(":")[0] for one in SERVICES.values() for volume in one.get("volumes", [])}
    configs = {config["source"] for one in SERVICES.values() for config in one.get("configs", [])}

    assert volumes == set(COMPOSE["volumes"])
    assert configs == set(COMPOSE["configs"])


def test_nothing_catches_mail_but_where_it_is_asked_for() -> None:
    assert SERVICES["mailpit"]["profiles"] == ["trial"]
    assert not [name for name, service in SERVICES.items() if "mailpit" in service.get("depends_on", {})]
    for name in ("worker", "web", "candidate"):
        assert SERVICES[name]["environment"]["AHG_SMTP_HOST"].startswith("${AHG_SMTP_HOST:?")


@pytest.mark.parametrize(("host", "starts"), [("mailpit", True), ("mail.example.org", False)])
def test_mailpit_does_not_start_beside_a_mail_server(host: str, starts: bool, tmp_path: Path) -> None:
    (script,) = SERVICES["mailpit"]["command"]
    program = tmp_path / "mailpit"
    program.write_text("#!/bin/sh\necho it runs\n")
    program.chmod(0o755)
    written = script.replace("$$", "$").replace("/mailpit", str(program))
    done = subprocess.run(
        ["/bin/sh", "-euc", written], env={"MAIL_SERVER": host}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, "it runs" in done.stdout) == ((0, True) if starts else (64, False))


def test_a_version_can_stand_beside_the_one_that_it_replaces_and_the_schema_is_brought_there_by_it() -> None:
    candidate, running = SERVICES["candidate"], SERVICES["worker"]
    differ = {key for key in candidate.keys() | running.keys() if candidate.get(key) != running.get(key)}
    set_apart = {key for key, value in candidate["environment"].items() if value != running["environment"].get(key)}

    assert (differ, set_apart) == ({"image", "profiles", "environment"}, {"AHG_WORKER_BUILD"})
    assert candidate["environment"].keys() == running["environment"].keys()
    assert SERVICES["prepare"]["image"] == candidate["image"] == SERVICES["operator"]["image"] != running["image"]


def test_the_proxy_speaks_tls_alone_logs_no_address_and_hides_what_is_for_monitoring() -> None:
    written = COMPOSE["configs"]["proxy"]["content"]
    assert re.findall(r"^\s*listen (.*);$", written, re.MULTILINE) == ["8443 ssl"]
    assert re.findall(r"ssl_protocols (.*);", written) == ["TLSv1.2 TLSv1.3"]
    (line,) = re.findall(r"log_format lines .*", written)
    assert not {"$$request_uri", "$$uri", "$$request ", "$$args", "$$http_referer"} & set(re.findall(r"\$\$\w+", line))
    assert "(metrics|readyz|healthz)" in written
    assert written.count("{") == written.count("}")


def test_the_image_is_tagged_with_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"ahg:${{AHG_VERSION:-{project['version']}}}" in TEXT
    assert f"ahg:${{CANDIDATE_VERSION:-{project['version']}}}" in TEXT


def _filled(asked: str, variable: re.Match[str]) -> str:
    """What stands for a variable: its default, else what is asked for."""
    return variable[2][2:] if variable[2].startswith(":-") else asked


def _source(module: str) -> str:
    path = ROOT / (module.replace(".", "/") + ".py")
    return path.read_text(encoding="utf-8")
