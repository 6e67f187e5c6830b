"""Checks of the files for servers, which are not run: their form, their commands, their names."""

import argparse
import re
import shlex
from pathlib import Path

import pytest
import yaml
from npc_video_farm import variables
from npc_video_farm.cli import add_commands

DEPLOY = Path(__file__).parents[3] / "deploy"
TEMPLATES = sorted((DEPLOY / "helm" / "templates").glob("*.yaml"))


def options_of(command):
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_commands(parser)
    return parser.parse_args(command)


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def plain(template):
    """The template as YAML: without its actions, and with a word for each value."""
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^ *\{\{-? (?:range|with|end|include)\b.*\}\}\n", "", text)
    text = re.sub(r"(?:\| )?\{\{- .*?\}\}", " {}", text)
    return re.sub(r"\{\{.*?\}\}", "value", text)


def test_compose_runs_commands_that_exist():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for name in ("brain", "gateway", "worker"):
        options_of(shlex.split(services[name]["command"]))
        assert set(services[name]["environment"]) == {variables.STORE, variables.CLIPS}
        assert any(volume.startswith("clips:") for volume in services[name]["volumes"])


def test_the_valkey_of_compose_knows_one_user():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    command = shlex.split(services["valkey"]["command"])
    users = [command[place + 1 : place + 3] for place in places(command, "--user")]
    assert users == [["farm", "on"], ["default", "off"]]


def places(words, word):
    return [place for place, each in enumerate(words) if each == word]


def test_compose_gives_no_default_for_a_password():
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert "${FARM_STORE_PASSWORD:?" in text
    assert not re.search(r"PASSWORD:-", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_a_template_is_yaml_of_kubernetes(template):
    for document in documents(plain(template)):
        assert document["apiVersion"]
        assert document["metadata"]["name"].startswith("value")
        if document["kind"] in ("Deployment", "StatefulSet"):
            chosen = document["spec"]["selector"]["matchLabels"]["npc-farm/part"]
            assert document["spec"]["template"]["metadata"]["labels"]["npc-farm/part"] == chosen


def test_the_chart_runs_commands_that_exist():
    found = {}
    for template in TEMPLATES:
        for document in documents(plain(template)):
            if document["kind"] == "Deployment":
                for container in document["spec"]["template"]["spec"]["containers"]:
                    found[container["args"][0]] = options_of(container["args"])
    assert set(found) == {"brain", "gateway", "worker"}


def test_the_chart_uses_only_values_that_are_there():
    values = yaml.safe_load((DEPLOY / "helm" / "values.yaml").read_text(encoding="utf-8"))
    files = [*TEMPLATES, DEPLOY / "helm" / "templates" / "_helpers.tpl"]
    for file in files:
        for path in re.findall(r"\.Values((?:\.\w+)+)", file.read_text(encoding="utf-8")):
            found = values
            for word in path.strip(".").split("."):
                assert word in found, f"{file.name}: {path}"
                found = found[word]


def test_the_ray_manifest_starts_a_farm():
    cluster, job = documents((DEPLOY / "raycluster.yaml").read_text(encoding="utf-8"))
    command = shlex.split(job["spec"]["entrypoint"])
    assert command[:3] == ["python", "-m", "npc_video_farm"]
    assert options_of(command[3:]).ray == "auto"
    assert job["spec"]["clusterSelector"]["ray.io/cluster"] == cluster["metadata"]["name"]
    gpus = cluster["spec"]["workerGroupSpecs"][0]["template"]["spec"]["containers"][0]["resources"]
    assert gpus["limits"]["nvidia.com/gpu"] == "1"


def test_the_manifest_names_the_tested_version_of_ray():
    project = (DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'"ray==([\d.]+)"', project).group(1)
    assert f'rayVersion: "{version}"' in (DEPLOY / "raycluster.yaml").read_text(encoding="utf-8")
