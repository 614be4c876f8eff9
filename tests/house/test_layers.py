"""Who may import whom: every contract of pyproject.toml is broken once, to see it bite."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpdesk", "billing", "policies", "tickets")
LINTER = Path(sys.executable).with_name("lint-imports")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
NAMES = [contract["name"] for contract in CONTRACTS]

APPS = "Money knows promises, promises know tickets, tickets know nobody"
DOORS = "Doors call the journey; the journey never looks back at a door"
CHANNELS = "A channel never touches the database"
PURE = "Working time, money, mail and the page of an invoice know no database"
NEITHER = "The apps know neither HTTP framework nor task queue"

# The contract, the module that offends, what it imports.
OFFENCES = [
    (APPS, "tickets.notes", "policies.promises"),
    (APPS, "policies.promises", "billing.gifts"),
    (APPS, "billing.gifts", "helpdesk.journey"),
    (DOORS, "helpdesk.journey.clock", "helpdesk.web.http"),
    (DOORS, "helpdesk.api.errors", "helpdesk.web.http"),
    (DOORS, "helpdesk.models", "helpdesk.journey"),
    ("Inside tickets", "tickets.models.work", "tickets.intake"),
    ("Inside tickets", "tickets.text", "tickets.models"),
    ("Inside policies", "policies.models.terms", "policies.promises"),
    ("Inside billing", "billing.models.invoices", "billing.invoicing"),
    (CHANNELS, "tickets.channels.cti", "django"),
    (CHANNELS, "tickets.channels.contract", "tickets.models"),
    (PURE, "policies.calendars", "django"),
    (PURE, "billing.money", "django"),
    (NEITHER, "tickets.calls", "rest_framework"),
    (NEITHER, "policies.promises", "celery"),
    (NEITHER, "billing.invoicing", "django_htmx"),
]

# A contract that lists all of a package, and that package.
EXHAUSTIVE = [
    (DOORS, "helpdesk"),
    ("Inside tickets", "tickets"),
    ("Inside policies", "policies"),
    ("Inside billing", "billing"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the packages, to spoil."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "static", "locale")
        shutil.copytree(ROOT / package, tree / package, ignore=ignored)
    return tree


def lint(folder):
    """Return (exit code, what was printed)."""
    done = subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=folder,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_layers_hold():
    code, printed = lint(ROOT)

    assert [name for name in NAMES if f"{name} KEPT" not in printed] == []
    assert code == 0, printed


@pytest.mark.parametrize(("contract", "offender", "imported"), OFFENCES)
def test_an_import_against_the_layers_is_found(tree, contract, offender, imported):
    file = tree.joinpath(*offender.split(".")).with_suffix(".py")
    source = file.read_text()
    file.write_text(f"{source}\nimport {imported}\n")
    try:
        code, printed = lint(tree)
    finally:
        file.write_text(source)

    assert code == 1
    assert f"{contract} BROKEN" in printed
    _summary, _title, details = printed.partition("Broken contracts")
    assert f"{offender} -> {imported}" in details.partition(f"\n{contract}\n")[2]


@pytest.mark.parametrize(("contract", "package"), EXHAUSTIVE)
def test_a_module_nobody_gave_a_place_is_found(tree, contract, package):
    file = tree / package / "services.py"
    file.write_text('"""Everything else."""\n')
    try:
        code, printed = lint(tree)
    finally:
        file.unlink()

    assert code == 1
    assert f"{contract} BROKEN" in printed
    assert f"- {package}.services" in printed


def test_every_contract_is_broken_here_once():
    assert {contract for contract, _offender, _imported in OFFENCES} == set(NAMES)
    assert {contract for contract, _package in EXHAUSTIVE} == {
        contract["name"] for contract in CONTRACTS if contract.get("exhaustive")
    }


def test_every_app_is_listed_in_full():
    listed = [container for contract in CONTRACTS for container in contract.get("containers", [])]

    assert sorted(listed) == sorted(PACKAGES)
