"""What the Dockerfile says, carried out where there is no engine."""

import re
from pathlib import Path

import pytest
import requests

from tests.production import dockerfile

ROOT = Path(__file__).resolve().parents[2]
STEPS = list(dockerfile.steps((ROOT / "Dockerfile").read_text()))


def arguments(instruction):
    return [rest for name, rest in STEPS if name == instruction]


def test_both_stages_stand_on_one_python_with_a_version():
    first, second = arguments("FROM")

    assert first == f"{second} AS build"
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", second)


def test_what_is_installed_is_what_was_pinned():
    (pip,) = (rest for rest in arguments("RUN") if rest.startswith("pip"))

    assert {"--require-hashes", "--only-binary :all:"} == set(
        re.findall(r"--require-hashes|--only-binary :all:", pip)
    )
    assert pip.endswith("--requirement requirements/run.txt")


def test_the_last_stage_compiles_nothing_and_is_nobody():
    last = STEPS[[name for name, _rest in STEPS].index("FROM", 1) :]

    assert [rest for name, rest in last if name == "RUN" and re.search("gcc|build|pip", rest)] == []
    assert ("USER", "10001:10001") in last
    assert "--uid 10001" in next(rest for name, rest in last if name == "RUN")


def test_only_what_is_copied_leaves_this_folder():
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        word
        for rest in arguments("COPY")
        if not rest.startswith("--from")
        for word in rest.split()[:-1]
    }

    assert let_in == copied


@pytest.mark.only("sqlite")
def test_its_steps_lead_to_a_web_server(tmp_path, capfd):
    image = dockerfile.build(tmp_path, with_pip=False)
    with dockerfile.serving(image) as url:
        assert requests.get(f"{url}/healthz", timeout=30).text == "ok"
        page = requests.get(f"{url}/accounts/login/", timeout=30)
        assert page.status_code == 200
        (style, *_others) = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page.text)
        assert requests.get(f"{url}{style}", timeout=30).status_code == 200
