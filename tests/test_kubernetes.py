"""The manifests for Kubernetes, without a cluster: its own schemas, and names and settings that exist."""

import base64
import re
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from settings import PREFIX, SECRETS, load_settings
from surroundings import NEEDS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "kubernetes"
VERSIONS = ("1.32", "1.37")
OF_OTHERS = {"ServiceMonitor", "PodMonitor"}
"""Kinds that the Prometheus operator brings; Kubernetes has no schema of them."""
MANIFESTS: list[tuple[str, dict[str, Any]]] = [
    (path.relative_to(FOLDER).as_posix(), document)
    for path in sorted(FOLDER.rglob("*.yaml"))
    if path.name != "kustomization.yaml"
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
KUSTOMIZATIONS = {path: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.rglob("kustomization.yaml"))}
PODS = {
    one["metadata"]["name"]: one["spec"]["template"] for _, one in MANIFESTS if one["kind"] in ("Deployment", "Job")
}
CONTAINERS = {name: pod["spec"]["containers"][0] for name, pod in PODS.items()}
MAPS = {one["metadata"]["name"]: one["data"] for _, one in MANIFESTS if one["kind"] == "ConfigMap"}
KEY = base64.b64encode(b"k" * 32).decode()
TLS_FILES = ("tls.crt", "tls.key")
SECRET_FILES = {
    found[1]: set(re.findall(r"--from-file (\S+)", line)) | ({*TLS_FILES} if "secret tls" in line else set())
    for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    if (found := re.search(r"create secret \w+ (\S+)", line))
}
"""The files of each secret, as the README has them made."""


def settings_of(name: str) -> dict[str, str]:
    """The environment of a container."""
    values: dict[str, str] = {}
    for one in CONTAINERS[name]["envFrom"]:
        values |= MAPS[one["configMapRef"]["name"]]
    return values | {one["name"]: one["value"] for one in CONTAINERS[name]["env"]}


def mounted(name: str) -> dict[str, set[str]]:
    """The secrets of a pod, and the files of each that it gets."""
    (volume,) = [one for one in PODS[name]["spec"]["volumes"] if one["name"] == "secrets"]
    sources = [one["secret"] for one in volume["projected"]["sources"]]
    return {
        one["name"]: {item["path"] for item in one["items"]} if "items" in one else SECRET_FILES[one["name"]]
        for one in sources
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("file", "manifest"), MANIFESTS, ids=[f"{file}-{one['kind']}" for file, one in MANIFESTS])
def test_a_manifest_follows_the_schema_of_kubernetes(file: str, manifest: dict[str, Any], version: str) -> None:
    if manifest["kind"] in OF_OTHERS:
        assert file.startswith("monitoring/")
        return
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schema_is_asked_at_all() -> None:
    (wrong,) = [one for _, one in MANIFESTS if one["kind"] == "Job"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**wrong, "spec": {**wrong["spec"], "backofLimit": 5}}, VERSIONS[0], strict=True)


def test_every_file_belongs_to_one_of_the_lists() -> None:
    named = set()
    for path, one in KUSTOMIZATIONS.items():
        for resource in one["resources"]:
            there = (path.parent / resource).resolve()
            assert there.exists(), resource
            named.add(there / "kustomization.yaml" if there.is_dir() else there)
    begun = {FOLDER / name / "kustomization.yaml" for name in (".", "candidate", "monitoring")}

    assert named | begun == set(FOLDER.rglob("*.yaml"))


def test_the_image_has_the_version_of_the_project_and_the_build_of_workers_says_it() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert KUSTOMIZATIONS[FOLDER / "kustomization.yaml"]["images"] == [{"name": "ahg", "newTag": version}]
    assert settings_of("worker")["AHG_WORKER_BUILD"] == version
    assert {one["image"] for one in CONTAINERS.values()} == {"ahg"}


def test_the_candidate_is_another_deployment_with_another_build_of_the_image_that_it_names() -> None:
    made = KUSTOMIZATIONS[FOLDER / "candidate" / "kustomization.yaml"]
    (patch,) = made["patches"]
    (container,) = yaml.safe_load(patch["patch"])["spec"]["template"]["spec"]["containers"]
    (build,) = container["env"]

    assert patch["target"]["name"] in PODS
    assert container["name"] == CONTAINERS["worker"]["name"]
    assert (build["name"], build["value"]) == ("AHG_WORKER_BUILD", made["images"][0]["newTag"])
    assert build["value"] != settings_of("worker")["AHG_WORKER_BUILD"]
    assert made["labels"] == [{"pairs": {"ahg/version": "candidate"}, "includeSelectors": True}]
    assert "ahg/version" in PODS["worker"]["metadata"]["labels"]


@pytest.mark.parametrize("name", PODS)
def test_a_programs_settings_exist_are_needed_and_are_accepted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = {
        "ahg_payload_keys": f"k1:{KEY}",
        "ahg_database_url": "postgresql://ahg:secret@postgres:5432/ahg?sslmode=verify-full",
        "ahg_migration_database_url": "postgresql://owner:secret@postgres:5432/ahg?sslmode=verify-full",
        "ahg_command_key": KEY,
        "ahg_smtp_password": "s-smtp",
        "ahg_metrics_token": "s-metrics",
    }
    files = set().union(*mounted(name).values())
    for variable, value in settings_of(name).items():
        if variable.startswith(PREFIX):
            setting = variable.removeprefix(PREFIX).removesuffix("_FILE").lower()
            assert setting in NEEDS[name]
            assert (setting in SECRETS) == variable.endswith("_FILE")
        filled = value
        if value.startswith("/run/secrets/ahg/"):
            file = value.removeprefix("/run/secrets/ahg/")
            assert file in files
            (tmp_path / file).write_text(written.get(file, ""))
            filled = str(tmp_path / file)
        monkeypatch.setenv(variable, filled)

    settings = load_settings()

    assert settings.database.startswith("postgresql+psycopg://ahg:")
    assert (settings.log_format, settings.catches_mail) == ("json", name == "prepare")


@pytest.mark.parametrize("name", PODS)
def test_a_container_may_no_more_than_its_program_needs_and_has_bounds(name: str) -> None:
    pod, container = PODS[name]["spec"], CONTAINERS[name]

    assert pod["automountServiceAccountToken"] is False
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 10001)
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    assert all("sizeLimit" in one["emptyDir"] for one in pod["volumes"] if "emptyDir" in one)
    module = container["command"][2].replace(".", "/")
    assert (ROOT / f"{module}.py").is_file()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_probes_ask_a_port_that_there_is_for_an_address_that_there_is(name: str) -> None:
    container = CONTAINERS[name]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    probes = [container[probe]["httpGet"] for probe in container if probe.endswith("Probe")]

    assert {one["port"] for one in probes} == set(ports)
    assert {one["path"] for one in probes} <= {"/healthz", "/readyz", "/metrics"}
    own = settings_of(name)
    assert str(next(iter(ports.values()))) == own.get("AHG_WORKER_METRICS_PORT", own.get("AHG_WEB_PORT", "8000"))


def test_secrets_are_those_that_the_readme_has_made_and_no_pod_has_one_of_others() -> None:
    assert {name: set(mounted(name)) for name in PODS} == {
        "prepare": {"ahg-records", "ahg-signing", "ahg-owner"},
        "web": {"ahg-records", "ahg-mail", "ahg-signing", "ahg-metrics", "ahg-temporal-web", "ahg-temporal-ca"},
        "worker": {"ahg-records", "ahg-mail", "ahg-temporal-worker", "ahg-temporal-ca"},
    }
    assert mounted("prepare")["ahg-signing"] == {"ahg_checkpoint_key"}
    ingress = next(one for _, one in MANIFESTS if one["kind"] == "Ingress")
    used = {secret for name in PODS for secret in mounted(name)} | {ingress["spec"]["tls"][0]["secretName"]}
    assert used == set(SECRET_FILES)
    assert not [one for _, one in MANIFESTS if one["kind"] == "Secret"]


def _selected(labels: dict[str, str], selector: dict[str, Any]) -> bool:
    named = selector.get("matchLabels", {}).items() <= labels.items()
    return named and all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))


def test_whatever_selects_pods_selects_some_and_every_pod_is_closed_in() -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in PODS.items()}
    policies = {one["metadata"]["name"]: one["spec"] for _, one in MANIFESTS if one["kind"] == "NetworkPolicy"}
    selectors = [one["podSelector"] for one in policies.values()]
    selectors += [one["spec"]["selector"] for _, one in MANIFESTS if one["kind"] in ("PodDisruptionBudget", *OF_OTHERS)]
    selectors += [{"matchLabels": one["spec"]["selector"]} for _, one in MANIFESTS if one["kind"] == "Service"]

    assert all(any(_selected(one, selector) for one in labels.values()) for selector in selectors)
    assert policies["nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    inward = {
        (name, port["port"])
        for policy in policies.values()
        for rule in policy.get("ingress", [])
        for port in rule["ports"]
        for name, one in labels.items()
        if _selected(one, policy["podSelector"])
    }
    assert inward == {("web", 8000), ("worker", 9000)}
