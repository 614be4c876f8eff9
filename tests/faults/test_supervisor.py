"""One command holds web, worker and beat: what becomes of them when one dies, or it does."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk import supervisor
from tests.faults.stack import ROOT, eventually

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc"),
    pytest.mark.only("sqlite"),
]

RUN = (sys.executable, "manage.py", "run", "--only", "web", "--only", "worker", "--only", "beat")

PARTS = ("-m gunicorn", "--quiet worker", "--quiet beat")  # as their commands name them


def alive(stack):
    """Return what runs with our settings: {pid: command}."""
    ours = f"HELPDESK_VAR={stack.var}\0".encode()
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if ours in (place / "environ").read_bytes() and (place / "cmdline").read_bytes():
                found[int(place.name)] = (place / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
    return found


def named(stack, part):
    """Return the oldest process of a part: the others are its children."""
    return min((pid for pid, command in alive(stack).items() if part in command), default=None)


@pytest.fixture
def run(stack):
    """Start all three; they answer and tick."""

    def run():
        process = stack.run(RUN, "run")
        eventually(stack.answers)
        # With the supervisor, its watchman, and what web and worker have started.
        eventually(lambda: len(alive(stack)) == 9)
        return process

    yield run
    for pid in alive(stack):
        os.kill(pid, signal.SIGKILL)


def test_killed_it_leaves_nothing_and_starts_anew(stack, run):
    supervised = run()

    supervised.kill()
    supervised.wait()

    assert eventually(lambda: alive(stack) == {}, within=8) < 5
    stack.sql("SELECT 1 FROM helpdesk_heartbeat")
    run()


def test_killed_with_its_whole_group_it_leaves_nothing(stack, run):
    stack.kill(run())

    assert eventually(lambda: alive(stack) == {}, within=8) < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_waits_for_the_others(stack, run, number):
    process = run()

    os.killpg(process.pid, number)
    time.sleep(0.2)
    os.killpg(process.pid, number)  # once more changes nothing

    assert process.wait(40) == 0
    assert alive(stack) == {}
    assert re.findall("Stopping|again in|Traceback", stack.log("run")) == ["Stopping"]


def test_a_child_that_dies_comes_back_and_the_others_stay(stack, run):
    run()
    for part in PARTS:
        before = {name: named(stack, name) for name in PARTS}

        os.kill(before[part], signal.SIGKILL)

        eventually(lambda: named(stack, part) not in (before[part], None))  # noqa: B023
        eventually(lambda: len(alive(stack)) == 9 and stack.answers())
        after = {name: named(stack, name) for name in PARTS}
        assert [name for name in PARTS if before[name] != after[name]] == [part]
    ended = re.findall(r"(\w+) ended \((-?\d+)\), .* in (\d+) s", stack.log("run"))
    assert ended == [("web", "-9", "1"), ("worker", "-9", "1"), ("beat", "-9", "1")]


def test_of_one_that_keeps_dying_it_rests_longer_each_time(stack, monkeypatch):
    said = []
    monkeypatch.setattr(supervisor, "_say", said.append)
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    child = supervisor.Child("web", command, watch=-1, start_at=0.0)
    instant = 0.0
    for _death in range(7):
        child.tend(instant)
        child.process.wait()
        child.tend(instant)  # it is seen to be dead
        assert child.process is None
        instant = child.start_at

    rests = [float(re.search(r"in (\d+) s", line)[1]) for line in said]
    assert rests == [1, 2, 4, 8, 16, 30, 30]

    child.tend(instant)
    child.process.wait()
    child.tend(instant + supervisor.SETTLED)  # it lived for a while
    assert child.rest == 1


def test_in_a_container_each_is_one_of_them(stack):
    process = stack.run((sys.executable, "manage.py", "run", "--only", "beat"), "run")

    eventually(lambda: named(stack, "--quiet beat"))
    assert [part for part in PARTS if named(stack, part)] == ["--quiet beat"]
    assert stack.stop(process) == 0
    assert stack.sql("SELECT count(*) FROM tickets_shop") == [(1,)]


def test_what_the_makefile_calls_is_the_supervisor_itself():
    recipe = subprocess.run(
        ["make", "--dry-run", "run"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "exec .venv/bin/python manage.py run" in recipe.stdout
