"""The compose file, without an engine: the specification's schema, pinned images, and names that exist."""

import importlib.resources
import ipaddress
import json
import re
import tomllib
from datetime import UTC, datetime
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
        filled = VARIABLE.sub(lambda match: match[2][2:] if match[2].startswith(":-") else KEY, value)
        if variable.startswith(PREFIX):
            assert variable.removeprefix(PREFIX).removesuffix("_FILE").lower() in NEEDS[name]
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
        assert tls.client_cert == secrets[f"temporal_{name}_certificate"].encode() + b"\n"
        assert tls.client_private_key == secrets[f"temporal_{name}_key"].encode() + b"\n"
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

    assert {name: files for name, files in held.items() if files} == {
        "temporal": {"temporal_server_ca", "temporal_client_ca", "temporal_server_certificate", "temporal_server_key"},
        "temporal-setup": operator,
        "temporal-ui": operator,
        "worker": {"temporal_server_ca", "temporal_worker_certificate", "temporal_worker_key"},
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

    assert networks == {
        "front": {"web"},
        "mail": {"mailpit", "worker", "web"},
        "operators": {"temporal-ui"},
        "records": {"postgres", "prepare", "worker", "web"},
        "temporal": {"temporal", "temporal-setup", "temporal-ui", "worker", "web"},
        "temporal-records": {"temporal-postgres", "temporal-schema", "temporal"},
    }
    internal = {name for name, network in NETWORKS.items() if (network or {}).get("internal")}
    assert internal == {"records", "temporal", "temporal-records"}
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert all(set(SERVICES[name]["networks"]) - internal for name in published)
    assert SERVICES["temporal-ui"]["profiles"] == ["operators"]


def test_the_pages_believe_the_gateway_of_their_network_about_whom_it_speaks_for() -> None:
    believed = SERVICES["web"]["environment"]["AHG_FORWARDED_ALLOW_IPS"]
    (address,) = NETWORKS["front"]["ipam"]["config"]
    (gateway,) = [how.removeprefix(":-") for _, how in VARIABLE.findall(address["gateway"])]
    (subnet,) = [how.removeprefix(":-") for _, how in VARIABLE.findall(address["subnet"])]

    assert VARIABLE.findall(believed) == [("AHG_FORWARDED_ALLOW_IPS", f":-{gateway}")]
    assert ipaddress.ip_address(gateway) in ipaddress.ip_network(subnet)


def test_the_worker_can_be_started_many_times() -> None:
    assert "container_name" not in TEXT
    assert "ports" not in SERVICES["worker"]


def test_the_cluster_gets_the_search_attributes_of_the_embedded_server() -> None:
    pairs = dict(pair.split("=") for pair in SERVICES["temporal-setup"]["environment"]["ATTRIBUTES"].split())

    assert pairs == dict(SEARCH_ATTRIBUTES)


def test_every_port_is_published_on_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_volumes_and_configs_are_declared() -> None:
    volumes = {volume.partition(":")[0] for one in SERVICES.values() for volume in one.get("volumes", [])}
    configs = {config["source"] for one in SERVICES.values() for config in one.get("configs", [])}

    assert volumes == set(COMPOSE["volumes"])
    assert configs == set(COMPOSE["configs"])


def test_the_image_is_tagged_with_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"ahg:${{AHG_VERSION:-{project['version']}}}" in TEXT


def _source(module: str) -> str:
    path = ROOT / (module.replace(".", "/") + ".py")
    return path.read_text(encoding="utf-8")
