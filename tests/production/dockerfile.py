"""Carry out a Dockerfile without an engine: its steps, one by one, below a folder.

    python -m tests.production.dockerfile           packages of this interpreter, no network
    python -m tests.production.dockerfile --pip     packages as in the image, from the network

Addresses of files are moved below the folder, and the last command below a free port. What wants a
machine of its own (apt-get, useradd) is left out, and said to be.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"(?<![\w.:/-])/(?=srv/|opt/|var/lib/helpdesk|tmp\b)")
NEEDS_A_MACHINE = re.compile(r"\b(apt-get|useradd)\b")
Process = subprocess.Popen[bytes]
PATIENCE, TIMEOUT = 60, 900  # seconds


@dataclass
class Image:
    """What one stage has come to."""

    folder: Path
    workdir: str = "/"
    env: dict[str, str] = field(default_factory=dict)
    volumes: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def moved(self, text: str) -> str:
        """Return the text with every address of a file below our folder."""
        return PLACES.sub(f"{self.folder}/", text)

    def at(self, path: str) -> Path:
        return Path(self.moved(os.path.join(self.workdir, path)))

    def start(self, command: list[str], stderr: int | None = None, **env: str) -> Process:
        words = [self.moved(word) for word in command]
        return subprocess.Popen(words, cwd=self.at("."), env=self.env | env, stderr=stderr)

    def run(self, command: list[str], **env: str) -> None:
        process = self.start(command, **env)
        if process.wait(TIMEOUT):
            raise SystemExit(f"{command} ended with {process.returncode}")

    def files(self) -> set[Path]:
        """Return all there is but what may be written to."""
        free = tuple(self.at(place) for place in (*self.volumes, "/tmp"))
        paths = self.folder.rglob("*")
        return {path for path in paths if not any(path.is_relative_to(it) for it in free)}


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield (instruction, arguments), continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            instruction, _, rest = line.partition(" ")
            yield instruction, " ".join(rest.split())


def build(folder: Path, *, with_pip: bool) -> Image:
    """Carry out every step; return the last stage."""
    stages: dict[str, Image] = {}
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys._base_executable)
    for instruction, rest in steps((ROOT / "Dockerfile").read_text()):
        began = time.monotonic()
        if instruction == "FROM":
            name = rest.partition(" AS ")[2]
            image = stages[name] = Image(folder / (name or "image"))
            image.env["PATH"] = f"{folder / 'bin'}:{os.defpath}"
            image.at("/tmp").mkdir(parents=True)
        elif instruction == "RUN":
            rest = f"{rest}{_run(image, rest, with_pip)}"
        else:
            STEPS[instruction](image, rest, stages)
        say(began, f"{instruction} {rest}")
    return image


def _run(image: Image, command: str, with_pip: bool) -> str:
    if NEEDS_A_MACHINE.search(command):
        return "   [left out: it wants a machine of its own]"
    if command.startswith("pip ") and not with_pip:
        packages = next(image.at("/opt/venv").glob("lib/python*/site-packages"))
        (packages / "ours.pth").write_text(sysconfig.get_path("purelib"))
        return "   [left out: the packages of this interpreter instead]"
    image.run(["sh", "-c", command])
    return ""


def _copy(image: Image, rest: str, stages: dict[str, Image]) -> None:
    *words, target = shlex.split(rest)
    to = image.at(target)
    source = stages[words.pop(0).removeprefix("--from=")] if rest.startswith("--from=") else None
    for word in words:
        path = source.at(word) if source else ROOT / word
        if path.is_dir():
            ignore = None if source else shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, to, symlinks=True, ignore=ignore, dirs_exist_ok=True)
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)


def _workdir(image: Image, rest: str, _stages: object) -> None:
    image.workdir = rest
    image.at(".").mkdir(parents=True, exist_ok=True)


def _env(image: Image, rest: str, _stages: object) -> None:
    for assignment in shlex.split(rest):
        name, _, value = assignment.partition("=")
        image.env[name] = image.moved(value).replace("$PATH", image.env["PATH"])


def _volume(image: Image, rest: str, _stages: object) -> None:
    image.volumes.append(rest)
    image.at(rest).mkdir(mode=0o700, parents=True)


STEPS = {
    "COPY": _copy,
    "WORKDIR": _workdir,
    "ENV": _env,
    "VOLUME": _volume,
    "USER": lambda *_: None,  # what it may write to is looked at afterwards instead
    "EXPOSE": lambda *_: None,
    "CMD": lambda image, rest, _stages: image.command.extend(json.loads(rest)),
    "HEALTHCHECK": lambda image, rest, _stages: image.health.extend(
        json.loads(rest.partition("CMD ")[2])
    ),
}


@contextmanager
def serving(image: Image) -> Iterator[str]:
    """Hold its last command up on a database of its own, healthy; give its address."""
    port = servers.free_port()
    given = {"SECRET_KEY": "for-this-run-alone-" * 3, "DATABASE_URL": "", "REDIS_URL": ""}
    image.run(["python", "manage.py", "migrate", "--noinput", "--verbosity=0"], **given)
    command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in image.command]
    health = [word.replace(":8000", f":{port}") for word in image.health]
    before = image.files()
    web = image.start(command, **given)
    try:
        began = time.monotonic()
        while image.start(health, stderr=subprocess.DEVNULL, **given).wait():
            assert time.monotonic() < began + PATIENCE, "it is never healthy"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        began = time.monotonic()
        web.terminate()
        status = web.wait(PATIENCE)
        say(began, f"SIGTERM: {status}")
        assert (status, image.files() - before) == (0, set())
    finally:
        web.kill()
        web.wait()


def say(began: float, what: str) -> None:
    sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {what}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pip", action="store_true", help="install what the image installs")
    with_pip = parser.parse_args().pip
    with tempfile.TemporaryDirectory() as folder:
        image = build(Path(folder), with_pip=with_pip)
        began = time.monotonic()
        with serving(image) as url:
            say(began, f"migrated and healthy: {url}/healthz")


if __name__ == "__main__":
    main()
