"""How the shop is reached: what is set up and what last came and went, and a test of each."""

import time

import pytest

from helpdesk.models import AuditEntry
from helpdesk.web.setup import channel_tests, channels, trying
from tests.conftest import boston
from tests.doors.mails import arrive, mail
from tests.doors.pages import count_queries, said, text
from tests.outgoing import gateway, postbox, texted
from tickets.channels.contract import DeliveryFailed, DeliveryUnknown
from tickets.channels.imap import MailboxUnavailable
from tickets.models import Arrival, Mailbox, Shop

__all__ = ["gateway", "postbox", "texted"]

PAGE = "/setup/channels/"
TEST = f"{PAGE}test/"
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def owner(client, eva, monkeypatch):
    monkeypatch.setattr(channels, "now", lambda: TEN)
    eva.email, eva.phone = "eva@dahl.example", "+16175550111"
    eva.save()
    client.force_login(eva)
    return client


@pytest.fixture
def sending(monkeypatch, postbox):
    """Let the mail server answer as a test says."""

    def sending(answer):
        def send(self, message):
            raise answer

        monkeypatch.setattr("tickets.channels.mail.Mail.send", send)

    return sending


def mailed(owner, to="kim@dahl.example"):
    return owner.post(f"{TEST}mail/", {"mail-to": to})


def error(response, what="mail"):
    assert response.status_code == 422
    (said,) = response.context["forms"][what].errors["to"]
    return said


def test_a_shop_with_nothing_set_up_says_what_to_set(owner):
    shown = text(owner.get(PAGE))

    assert shown.count("not set up") == 3
    wanted = ("EMAIL_URL", "IMAP_URL", "KANNEL_URL", "TWILIO_ACCOUNT_SID")
    assert [name for name in wanted if name not in shown] == []
    assert shown.count("Ask whoever runs this server") == 3
    assert (shown.count("docs/sms.md"), shown.count("docs/mail.md")) == (1, 2)


def test_what_to_paste_is_there_and_no_secret_is(owner, settings):
    settings.PUBLIC_URL = "https://help.example"
    settings.KANNEL_URL = "http://127.0.0.1:13013/cgi-bin/sendsms"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "u-hush-1", "p-hush-2"
    settings.KANNEL_SECRET, settings.TWILIO_AUTH_TOKEN = "s-hush-3", "t-hush-4"
    settings.IMAP_URL = "imaps://help:i-hush-5@mail.example/INBOX"
    settings.EMAIL_URL = "smtp://help:e-hush-6@mail.example"

    shown = owner.get(PAGE).content.decode()

    for address in ("/api/v1/cti/TOKEN/", "/hooks/kannel/SECRET?", "/hooks/twilio"):
        assert f"https://help.example{address}" in shown
    assert "help@mail.example/INBOX" in shown
    assert "-hush-" not in shown


def test_what_last_came_leads_to_it(owner, missed, texted):
    missed(now=boston(2026, 3, 2, 9))
    texted("Hello", now=boston(2026, 3, 2, 9))
    arrive(mail(), now=boston(2026, 3, 2, 9))

    last = owner.get(PAGE).context["last"]

    vias = {name: row.via for name, row in last.items() if isinstance(row, Arrival)}
    assert vias == {"phone": "cti", "texts": "kannel", "mail": "email"}
    shown = owner.get(PAGE).content.decode()
    assert [name for name in vias if f"/arrivals/{last[name].pk}/" not in shown] == []


def test_a_mailbox_that_cannot_be_read_says_so(owner):
    Mailbox.objects.create(name="help@x/INBOX", problem="No such host", problem_at=TEN)

    assert "cannot be read No such host" in text(owner.get(PAGE))


# -- mail ----------------------------------------------------------------------------------------


def test_their_own_address_stands_there(owner):
    forms = owner.get(PAGE).context["forms"]

    assert [form["to"].value() for form in forms.values()] == ["eva@dahl.example", "+16175550111"]


def test_a_mail_leaves(owner, postbox):
    response = mailed(owner)

    assert response["Location"] == f"{PAGE}#mail"
    assert said(response) == ["It has left for kim@dahl.example. Look whether it arrives."]
    (letter,) = postbox
    assert (letter.to, letter.subject) == (["kim@dahl.example"], "Test from Dahl & Daughters")
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert AuditEntry.objects.get(action="channel-test").changes == {"test": [None, "mail"]}


@pytest.mark.parametrize("to", ["", "kim", "kim@dahl.example\nBcc: all@dahl.example"])
def test_no_mail_leaves_for_what_is_no_address(owner, postbox, to):
    response = mailed(owner, to)

    assert error(response)
    assert response.context["forms"]["mail"]["to"].value() == to
    assert postbox == []


def test_without_a_mail_server_it_says_what_to_set(owner):
    assert error(mailed(owner)) == "Mail is not set up: set EMAIL_URL where the server runs."


def test_without_an_address_of_its_own_it_says_so(owner, postbox, settings):
    settings.MAIL_FROM = ""

    assert error(mailed(owner)).startswith("The shop has no address to send from")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (DeliveryFailed("535 No", is_final=False), "It did not leave: 535 No. Look at EMAIL_URL"),
        (DeliveryUnknown("timed out"), "It may have left, or not: timed out. Look at EMAIL_URL"),
    ],
)
def test_what_the_server_said_is_said_with_what_to_do(owner, sending, answer, says):
    sending(answer)

    assert error(mailed(owner)).startswith(says)


def test_nobody_waits_for_a_server_that_hangs(owner, postbox, monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", 0.05)
    monkeypatch.setattr("tickets.channels.mail.Mail.send", lambda self, it: time.sleep(0.3))

    assert error(mailed(owner)).startswith("There was no answer within")


def test_nothing_leaves_a_sample_shop(owner, postbox, gateway):
    Shop.objects.update(is_sample=True)

    assert error(mailed(owner)) == "This is the sample shop: nothing leaves it."
    response = owner.post(f"{TEST}texts/", {"texts-to": "+16175550142"})
    assert error(response, "texts") == "This is the sample shop: nothing leaves it."
    assert (postbox, gateway) == ([], [])
    assert "nothing leaves it, and no test does" in text(owner.get(PAGE))


def test_ten_an_hour_and_no_more(owner, postbox):
    statuses = [mailed(owner).status_code for _n in range(11)]

    assert statuses == [302] * 10 + [422]
    assert len(postbox) == 10


# -- texts ---------------------------------------------------------------------------------------


def test_a_text_leaves_as_it_is_dialled_here(owner, gateway):
    owner.post(f"{TEST}texts/", {"texts-to": "(617) 555-0142"})

    assert gateway == [("+16175550142", "Test from Dahl & Daughters: texts leave as they should.")]


@pytest.mark.parametrize("to", ["", "hello", "911"])
def test_no_text_leaves_for_what_takes_none(owner, gateway, to):
    assert error(owner.post(f"{TEST}texts/", {"texts-to": to}), "texts")
    assert gateway == []


def test_without_a_gateway_it_says_what_to_set(owner):
    response = owner.post(f"{TEST}texts/", {"texts-to": "+16175550142"})

    assert error(response, "texts").startswith("Text messages are not set up")


# -- the mailbox ---------------------------------------------------------------------------------


@pytest.fixture
def box(monkeypatch, settings):
    """Be a mailbox in which `waiting` mails wait, or that raises."""
    settings.IMAP_URL = "imaps://help:hush@mail.example/INBOX"

    class Box:
        name, waits, problem, asked = "help@mail.example/INBOX", 0, None, None

        def opened(self):
            return self

        def __enter__(self):
            if self.problem:
                raise self.problem
            return self

        def __exit__(self, *error):
            pass

        def waiting(self, start, *, since):
            self.asked = (start.uidvalidity, start.last_uid, since.isoformat())
            return self.waits

    made = Box()
    monkeypatch.setattr(channel_tests, "imap", lambda: made)
    return made


@pytest.mark.parametrize(
    ("waits", "says"),
    [(1, "One mail waits to be fetched."), (3, "3 mails wait to be fetched.")],
)
def test_the_mailbox_opens_and_says_how_many_wait(owner, box, waits, says):
    Mailbox.objects.create(name=box.name, uidvalidity=7, last_uid=41)
    box.waits = waits

    response = owner.post(f"{TEST}mailbox/")

    assert said(response) == [f"The mailbox opens. {says}"]
    assert box.asked == (7, 41, "2026-03-02")


def test_a_mailbox_that_does_not_open_says_why(owner, box):
    box.problem = MailboxUnavailable("Login failed")

    response = owner.post(f"{TEST}mailbox/")

    assert response.status_code == 422
    assert "The mailbox does not open: Login failed. Look at IMAP_URL" in text(response)


def test_no_mailbox_says_what_to_set(owner):
    assert "No mailbox is set up: set IMAP_URL" in text(owner.post(f"{TEST}mailbox/"))


def test_there_is_nothing_else_to_try(owner):
    assert owner.post(f"{TEST}pigeons/").status_code == 404
    assert owner.get(f"{TEST}mail/").status_code == 405


def test_no_more_is_asked_for_much(owner, missed, texted, make_token):
    none = count_queries(owner, PAGE)
    counts = []
    for n in range(3):
        missed(now=TEN, call_id=f"call-{n}", number=f"+1617555013{n}")
        texted("Hello", now=TEN)
        make_token(f"pbx-{n}")
        Mailbox.objects.create(name=f"box {n}")
        counts.append(count_queries(owner, PAGE))

    assert len(set(counts)) == 1
    assert max([none, *counts]) <= 10
