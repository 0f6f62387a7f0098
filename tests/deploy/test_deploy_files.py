"""The files under `deploy/` as far as they can be held to the code without starting anything."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.base import metrics
from app.base.settings import variables
from cli.main import app
from desk import metrics as figures
from storage.outbox import outbox_metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCS = Path(__file__).parents[2] / "docs"
UNITS = sorted((DEPLOY / "systemd").iterdir())
KNOWN = {name for name, _, _ in variables()}
OF_THE_SCRIPTS = {"JIESU_BACKUPS", "JIESU_DOMAIN"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


@pytest.mark.parametrize("file", [file for file in DEPLOY.rglob("*") if file.is_file()], ids=lambda f: f.name)
def test_every_variable_named_is_one_we_read(file: Path) -> None:
    named = set(re.findall(r"JIESU_[A-Z0-9_]*[A-Z0-9]", file.read_text()))
    assert named <= KNOWN | OF_THE_SCRIPTS


def _ours(compose: dict[str, Any]) -> dict[str, list[str]]:
    services = compose["services"]
    return {name: one["command"] for name, one in services.items() if one["image"] == "jiesu"}


def test_every_command_started_is_one_of_ours_with_options_it_has(compose: dict[str, Any]) -> None:
    commands = [*_ours(compose).values(), *_execs()]
    assert len(commands) >= 8
    for name, *words in commands:
        found = get_command(app).commands[name]  # type: ignore[attr-defined]
        options = {option for one in found.params for option in (*one.opts, *one.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options


def _execs() -> list[list[str]]:
    lines = [
        line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart=")
    ]
    return [line.split()[1:] for line in lines if line.split()[0].endswith("/bin/jiesu")]


def test_the_desk_runs_once_and_no_web_process_keeps_one(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "deploy" not in services["desk"]
    for name in _ours(compose):
        assert services[name]["environment"]["JIESU_HOTLINE__URL"] == "http://desk:8001/desk/api/v1"


def test_every_service_and_volume_referred_to_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for one in services.values():
        assert set(one.get("depends_on", [])) <= services.keys()
        for volume in one.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists()
    hosts = re.findall(r"reverse_proxy (\w+):", (DEPLOY / "Caddyfile").read_text())
    assert set(hosts) <= services.keys()


def test_tables_come_before_processes_and_a_stop_has_time(compose: dict[str, Any]) -> None:
    for name in _ours(compose).keys() - {"migrate"}:
        service = compose["services"][name]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert service["stop_grace_period"] == "60s"  # a delivery in hand may take 45


def test_the_web_process_is_judged_by_its_life_not_by_the_database(compose: dict[str, Any]) -> None:
    assert "/healthz" in str(compose["services"]["web"]["healthcheck"])
    assert "health_uri /healthz" in (DEPLOY / "Caddyfile").read_text()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_can_be_read_and_its_files_are_there(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit.read_text())
    if unit.suffix == ".service":
        assert read["Service"]["User"] == "jiesu"
        program = read["Service"]["ExecStart"].split()[0]
        inside = program.removeprefix("/opt/jiesu/")
        assert inside == ".venv/bin/jiesu" or (DEPLOY.parent / inside).stat().st_mode & 0o100


def test_systemd_finds_nothing_wrong_where_there_is_one(tmp_path: Path) -> None:
    """Without systemd on this machine the test before this one has to do."""
    for unit in UNITS:
        text = re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", unit.read_text())
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    verify = shutil.which("systemd-analyze")
    if verify:
        files = [str(file) for file in tmp_path.iterdir()]
        done = subprocess.run(  # noqa: S603  systemd's own
            [verify, "verify", *files], capture_output=True, text=True, timeout=60, check=False
        )
        said = [line for line in done.stderr.splitlines() if "jiesu" in line]
        assert said == []


def test_the_image_holds_what_the_code_reads_beside_itself() -> None:
    left_out = (DEPLOY.parent / ".dockerignore").read_text().split()
    assert {"cities", "deploy", "intake"}.isdisjoint(left_out)
    assert "requirements.lock" in (DEPLOY / "Dockerfile").read_text()


def test_every_figure_the_operator_is_told_to_watch_is_measured() -> None:
    named = set(re.findall(r"`(jiesu_\w+)", (DOCS / "operations.md").read_text()))
    every = [*vars(metrics).values(), *vars(figures).values(), *vars(outbox_metrics).values()]
    made = {one._name for one in every if hasattr(one, "_name")}
    assert {name.removesuffix("_total") for name in named} <= made
