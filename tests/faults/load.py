"""Several machines' worth of web, worker and beat on one, people who use them, and what must hold.

Every write is remembered by who made it, and compared with the database when all is over.
"""

import itertools
import subprocess
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from statistics import quantiles

import requests
from aiosmtpd.controller import Controller

from helpdesk import supervisor
from tests import servers
from tests.faults.conftest import signed_in
from tests.faults.stack import PATIENCE, eventually

PREPARE = """
from helpdesk.models import ApiToken, Scope
from tickets.models import Shop, User
Shop.objects.update(acknowledgements_per_hour=32000)
scopes = [Scope.TICKETS_READ, Scope.TICKETS_WRITE, Scope.PHONE]
made = ApiToken.objects.create(User.objects.get(username="pbx"), None, name="load", scopes=scopes)
print(made[1])
"""
CONTACTS = "FROM tickets_interaction WHERE direction = 'in' AND kind IN ('call', 'web')"
OWED = (
    f"FROM policies_promise WHERE kind = 'callback' AND ticket_id IN (SELECT ticket_id {CONTACTS})"
)
COUNTS = {
    "calls": "SELECT count(*) FROM tickets_call",
    "call events": "SELECT count(*) FROM tickets_arrival WHERE verdict = 'call_event'",
    "tickets of calls": (
        "SELECT count(DISTINCT ticket_id) FROM tickets_call"
        " JOIN tickets_interaction ON tickets_interaction.id = interaction_id"
    ),
    "tickets of programs": "SELECT count(*) FROM tickets_ticket WHERE channel = 'web'",
    "promises to call back": f"SELECT count(*) {OWED}",
    "tickets with such a promise": f"SELECT count(DISTINCT ticket_id) {OWED}",
    "gift invoices": "SELECT count(*) FROM billing_invoice",
    "tickets with one": "SELECT count(DISTINCT ticket_id) FROM billing_invoice",
    "last invoice number": "SELECT coalesce(max(number), 0) FROM billing_invoice",
    "gifts": "SELECT count(*) FROM billing_settlement WHERE kind = 'gift'",
    "messages that have not left": (
        "SELECT count(*) FROM tickets_interaction WHERE status NOT IN ('logged', 'sent')"
    ),
}
FIRST_NUMBER = 16172000000
AGAIN = 4  # every so many tickets the answer is lost on the way, and the request sent again


class Balancer:
    """What stands before the webs: one after the other, and none that is taken out.

    Who cannot be connected to has not seen the request, so the next one may have it; anything else
    that goes wrong is a failure.
    """

    def __init__(self):
        self.ports, self.busy, self.refused = [], Counter(), 0
        self._turn, self._lock = itertools.count(), threading.Lock()

    def send(self, browser, method, path, **given):
        for _try in range(len(self.ports) + 1):
            with self._lock:
                port = self.ports[next(self._turn) % len(self.ports)]
                self.busy[port] += 1
            try:
                url = f"http://127.0.0.1:{port}{path}"
                return browser.request(method, url, timeout=60, **given)
            except requests.ConnectionError as error:
                if "Connection refused" not in str(error):
                    raise
                self.refused += 1
            finally:
                with self._lock:
                    self.busy[port] -= 1
        raise AssertionError("no web could be connected to")

    def take_out(self, port):
        self.ports.remove(port)
        eventually(lambda: not self.busy[port])


class Machine:
    """Some of web, worker and beat, a web of `processes`; `number` names its worker."""

    def __init__(self, stack, number, parts, processes):
        self.stack, self.number, self.parts = stack, number, parts
        self.own = {"web": ["--workers", str(processes)], "worker": [f"--hostname={number}@%h"]}
        self.port = servers.free_port()
        self.start()

    def start(self):
        commands = supervisor.commands("127.0.0.1", self.port)
        self.running = [
            self.stack.run([*commands[part], *self.own.get(part, [])], f"{part}-{self.number}")
            for part in self.parts
        ]

    def stop(self):
        """Ask all of it to end; it may finish what it has in hand."""
        for process in self.running:
            process.terminate()
        assert [_ended(process) for process in self.running] == [0] * len(self.running)


def _ended(process):
    """Return its status; who has not heard is asked again, as operators do.

    Python drops what a signal raises while an object is being taken down.
    """
    for _time in range(3):
        with suppress(subprocess.TimeoutExpired):
            return process.wait(PATIENCE / 2)
        process.terminate()
    return process.wait(PATIENCE)


class Fleet:
    """Machines that share nothing but the database and the broker."""

    def __init__(self, stack, *, machines, processes):
        self.balancer = Balancer()
        self.machines = [
            Machine(stack, number, parts, processes)
            for number, parts in enumerate(machines, start=1)
        ]
        for machine in self.machines:
            if "web" in machine.parts:
                self._let_in(machine)

    def roll(self):
        """Replace one after the other."""
        for machine in self.machines:
            self.balancer.take_out(machine.port)
            machine.stop()
            machine.start()
            self._let_in(machine)

    def _let_in(self, machine):
        eventually(lambda: _answers(machine.port))
        self.balancer.ports.append(machine.port)


def _answers(port):
    with suppress(requests.RequestException):
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    return False


class Load:
    """Callers, programs and staff, all at once, until `over`."""

    def __init__(self, stack, fleet):
        self.stack, self.balancer = stack, fleet.balancer
        self.token = stack.python(PREPARE).strip()
        stack.url = f"http://127.0.0.1:{fleet.balancer.ports[0]}"
        self.cookies = signed_in(stack).cookies
        self.over = threading.Event()
        self.numbers = itertools.count()
        self.took, self.failures = defaultdict(list), []
        self.calls, self.tickets = [], {}  # what was acknowledged; a ticket's key and its number

    @contextmanager
    def running(self, people):
        threads = [threading.Thread(target=self._live) for _person in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join(90)

    def _live(self):
        with requests.Session() as browser:
            browser.cookies.update(self.cookies)
            browser.headers["Authorization"] = f"Bearer {self.token}"
            # A connection kept may end just when it is used again, which says nothing of the webs.
            browser.headers["Connection"] = "close"
            while not self.over.is_set():
                number = next(self.numbers)
                self._call(browser, number)
                ticket = self._ticket(browser, number)
                self._ask(browser, "ticket list", "GET", "/tickets/")
                self._ask(browser, "ticket page", "GET", f"/tickets/{ticket}/")
                caller = {"number": f"+{FIRST_NUMBER + number}"}
                self._ask(browser, "caller look-up", "GET", "/api/v1/callers/", params=caller)

    def _ask(self, browser, kind, method, path, **given):
        began = time.monotonic()
        try:
            answer = self.balancer.send(browser, method, path, **given)
        except requests.RequestException as error:
            self.failures.append((kind, repr(error)))
            return None
        self.took[kind].append(time.monotonic() - began)
        if answer.status_code not in (200, 201):
            self.failures.append((kind, answer.status_code))
        return answer

    def _call(self, browser, number):
        said = {"from": str(FIRST_NUMBER + number), "to": "16175550100", "direction": "in"}
        for event in ({"event": "newCall"}, {"event": "hangup", "cause": "cancel"}):
            told = said | event | {"callId": f"load-{number}"}
            answer = self._ask(
                browser, "call event", "POST", f"/api/v1/cti/{self.stack.token}/", json=told
            )
        if answer is not None and answer.status_code == 200:
            self.calls.append(number)

    def _ticket(self, browser, number):
        asked = {"text": f"load-{number}", "reach": f"load-{number}@example.org", "name": "Kim"}
        key = {"Idempotency-Key": f"load-{number}"}
        told = {"json": asked, "headers": key}
        answer = self._ask(browser, "new ticket", "POST", "/api/v1/tickets/", **told)
        if answer is None or answer.status_code != 201:
            return 0
        self.tickets[number] = answer.json()["number"]
        if number % AGAIN == 0:
            again = self._ask(browser, "new ticket, again", "POST", "/api/v1/tickets/", **told)
            if again is not None and again.json().get("number") != self.tickets[number]:
                self.failures.append(("new ticket, again", "another one was made"))
        return self.tickets[number]

    def figures(self, seconds):
        """Return {kind: (how many a second, median and 95th of 100 in ms)}."""
        found = {}
        for kind, took in sorted(self.took.items()):
            cuts = quantiles(took, n=20) if len(took) > 1 else took * 19
            found[kind] = (len(took) / seconds, 1000 * cuts[9], 1000 * cuts[18])
        found["all"] = (sum(map(len, self.took.values())) / seconds,)
        return {kind: tuple(round(it, 1) for it in all_) for kind, all_ in found.items()}


class Letters:
    """A mail server that remembers who was sent what."""

    def __init__(self):
        self.taken = []  # (to whom, subject)

    async def handle_DATA(self, _server, _session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.rcpt_tos[0], str(mail["Subject"])))
        return "250 OK"


@contextmanager
def letters():
    handler = Letters()
    controller = Controller(handler, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def wrongs(stack, load, taken, gifts):
    """Return what does not hold: {rule: what was found}. `gifts`: how many endings were free."""
    found = {rule: stack.sql(query)[0][0] for rule, query in COUNTS.items()}
    calls, tickets = len(load.calls), len(load.tickets)
    expected = dict.fromkeys(COUNTS, gifts) | {
        "calls": calls,
        "tickets of calls": calls,
        "call events": 2 * calls,
        "tickets of programs": tickets,
        "promises to call back": calls + tickets,
        "tickets with such a promise": calls + tickets,
        "messages that have not left": 0,
        "letters sent twice": [],
        "acknowledgements": tickets,
    }
    told = {to for to, _subject in taken if to.startswith("load-")}
    twice = [letter for letter, times in Counter(taken).items() if times > 1]
    found |= {"letters sent twice": twice, "acknowledgements": len(told)}
    return {rule: it for rule, it in found.items() if it != expected[rule]}
