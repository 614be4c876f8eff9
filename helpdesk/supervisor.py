"""Web, worker and beat as children of one process: restarted when they die, gone when it is."""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from django.conf import settings

WEB_WORKERS = 2
WORKERS = 2
GRACE = 25.0  # seconds to finish what is in hand
FAREWELL = 2.0  # the same, when whoever supervised is gone
HEAD_START = 2.0  # for the web, which somebody waits for: three that import at once are slow
SHORTEST_REST, LONGEST_REST = 1.0, 30.0  # before a child that died is started again
SETTLED = 60.0  # who lived that long starts anew with the shortest

_STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def commands(host: str, port: int) -> Mapping[str, list[str]]:
    """Return what each child runs."""
    # What it warns of when it is root is pickle, which we do not accept.
    quiet = ("-W", "ignore:You're running the worker with superuser privileges")
    celery = [sys.executable, *quiet, "-m", "celery", "--app", "helpdesk", "--quiet"]
    return {
        "web": [
            *(sys.executable, "-m", "gunicorn", "helpdesk.wsgi", "--log-level", "warning"),
            *("--logger-class", "helpdesk.logs.Gunicorn", "--no-control-socket"),
            *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
            *("--workers", str(WEB_WORKERS), "--graceful-timeout", str(int(GRACE) - 5)),
        ],
        "worker": [
            *(*celery, "worker", "--pool", "prefork", "--concurrency", str(WORKERS)),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            *("--loglevel", "WARNING"),
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING"],
    }


class Child:
    """One of the three, in a process group of its own: Ctrl+C reaches the supervisor alone."""

    def __init__(self, name: str, command: Sequence[str], watch: int, start_at: float) -> None:
        self.name, self.command, self.watch = name, command, watch
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at, self.started_at, self.rest = start_at, 0.0, 0.0

    def tend(self, now: float) -> None:
        """Start it when it is time to; bury it when it has died."""
        if self.process is not None and self.process.poll() is not None:
            self._rest(now, self.process.returncode)
            self.bury()
        if self.process is None and now >= self.start_at:
            self.started_at = now
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.ROOT,
                stdin=subprocess.DEVNULL,
                process_group=0,
                preexec_fn=_bound(self.watch),
            )

    def _rest(self, now: float, status: int) -> None:
        if now - self.started_at >= SETTLED:
            self.rest = 0.0
        self.rest = min(self.rest * 2, LONGEST_REST) or SHORTEST_REST
        self.start_at = now + self.rest
        _say(f"{self.name} ended ({status}), starting it again in {self.rest:.0f} s")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def bury(self) -> None:
        """End it with all it started: what is left of it would hold the port."""
        if self.process is not None:
            _signal(self.process.pid, signal.SIGKILL)
            self.process.wait()
            _tell(self.watch, "-", self.process.pid)
            self.process = None


def run(commands: Mapping[str, Sequence[str]]) -> None:
    """Keep these running until told to stop; then let them finish what is in hand."""
    with _watchman() as watch, _signals() as told_to_stop:
        begun = time.monotonic()
        children = [
            Child(name, command, watch, begun + place * HEAD_START)
            for place, (name, command) in enumerate(commands.items())
        ]
        try:
            while not told_to_stop(_until_next(children)):
                for child in children:
                    child.tend(time.monotonic())
            _say("Stopping …")
            deadline = time.monotonic() + GRACE
            for child in children:
                child.ask_to_end()
            while any(child.is_running for child in children) and time.monotonic() < deadline:
                told_to_stop(deadline - time.monotonic())
        finally:
            for child in children:
                child.bury()


def _until_next(children: Sequence[Child]) -> float:
    """Return how many seconds from now the next child is to be started, or looked at."""
    starts = [child.start_at for child in children if child.process is None]
    return min([LONGEST_REST, *(start - time.monotonic() for start in starts)])


@contextmanager
def _signals() -> Iterator[Callable[[float], bool]]:
    """Give a sleep that any signal ends, which returns whether we were told to stop.

    However often we are told, it is once: who asks the children twice cuts their farewell short.
    """
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    told = set()

    def note(number: int, frame: FrameType | None) -> None:
        told.add(number)

    before = {number: signal.getsignal(number) for number in (*_STOP, signal.SIGCHLD)}
    signal.set_wakeup_fd(wake)
    for number, was in before.items():
        if was != signal.SIG_IGN or number == signal.SIGCHLD:  # nohup wants us to stay
            signal.signal(number, note)

    def sleep(seconds: float) -> bool:
        if select.select([woken], [], [], max(seconds, 0.0))[0]:
            os.read(woken, 512)
        return not told.isdisjoint(_STOP)

    try:
        yield sleep
    finally:
        signal.set_wakeup_fd(-1)
        for number, was in before.items():
            signal.signal(number, was)
        os.close(woken)
        os.close(wake)


@contextmanager
def _watchman() -> Iterator[int]:
    """Have a process beside us that ends the children's groups when we are gone, however we went.

    The pipe to it closes with us. What a parent-death signal reaches is only the child itself.
    """
    ours, watch = os.pipe()
    watchman = os.fork()
    if watchman == 0:
        os.close(watch)
        _keep_watch(ours)
        os._exit(0)
    os.close(ours)
    try:
        yield watch
    finally:
        os.close(watch)
        os.waitpid(watchman, 0)


def _keep_watch(pipe: int) -> None:
    os.setsid()  # what ends our group or our terminal does not end the watch
    for number in _STOP:
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    with open(pipe) as told:
        for line in told:  # +4711 has come, -4711 has gone
            (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for number, pause in ((signal.SIGTERM, FAREWELL), (signal.SIGKILL, 0.0)):
        for group in groups:
            _signal(group, number)
        time.sleep(pause if groups else 0.0)


def _bound(watch: int) -> Callable[[], None]:
    """Return what a child does first: it makes itself known, and its end a matter of ours."""
    parent = os.getpid()

    def bind() -> None:
        _tell(watch, "+", os.getpid())
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # should the watchman be gone as well
        if os.getppid() != parent:  # gone before we could ask
            os._exit(1)

    return bind


def _tell(watch: int, news: str, group: int) -> None:
    with suppress(OSError):  # nobody watches: that is no reason to stop
        os.write(watch, f"{news}{group}\n".encode())


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS: of a group of none but zombies
        os.killpg(group, number)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
