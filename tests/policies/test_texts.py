"""The texts that leave the building: whole in every language, short, and as the shop likes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from policies import promises, replies, texts, wording
from policies.models import Promise, ReplyTemplate
from tests.conftest import boston
from tickets import segments
from tickets.models import ContactPoint, Customer, Shop
from tickets.outbox import Route

LANGUAGES = ["en", "sv"]
# Said on the phone or in the greeting, where the length of a text message does not matter.
SAID = {
    *("callback", "callback_later", "greeting_closed", "greeting_open"),
    *("turnaround", "turnaround_risks"),
}
TEXTED = [name for name in texts.names() if name not in SAID and not name.endswith(".mail")]
# As long as they sensibly get, in each language.
LONGEST = {
    "shop": "Andersson & Lindqvist Datorservice",
    "phone": "+46 70 123 45 67",
    "ticket": "123456",
    "name": "Maria Bergström Andersson",
    "link": "https://helpdesk.andersson-datorservice.se/i/" + "M" * 60 + "/",
    "page": "https://helpdesk.andersson-datorservice.se/t/2n9c-hl610-" + "a" * 32 + "/",
    "invoice": "2026-12345",
    "service": {"en": "Data recovery from a hard disk", "sv": "Dataräddning från hårddisk"},
    "amount": {"en": "$12,345.00", "sv": "12 345,00 kr"},
    "due": {"en": "$12,345.00", "sv": "12 345,00 kr"},
    "days": {"en": "10 working days", "sv": "10 arbetsdagar"},
    "span": {"en": "4 working hours", "sv": "4 arbetstimmar"},
    "deadline": {
        "en": "by 12:30 PM on Wednesday 30 September",
        "sv": "senast 12:30 onsdag 30 september",
    },
    "start": {"en": "12:30 PM on Wednesday", "sv": "12:30 onsdag"},
    "hours": {
        "en": "Monday to Friday 9:00 AM to 5:00 PM and Saturday 10:00 AM to 2:00 PM",
        "sv": "måndag till fredag 09:00 till 17:00 och lördag 10:00 till 14:00",
    },
    "risks": {"en": "parts", "sv": "reservdelar"},
}


def values(language):
    return {
        name: value[language] if isinstance(value, dict) else value
        for name, value in LONGEST.items()
    }


@pytest.mark.parametrize("name", texts.names())
def test_every_text_is_there_in_every_language_with_the_same_placeholders(name):
    files = [texts.MESSAGES / language / f"{name}.txt" for language in LANGUAGES]

    said = [file.read_text() for file in files]
    assert len({frozenset(texts.placeholders(text)) for text in said}) == 1
    assert said[0] != said[1]


def test_no_language_has_a_text_of_its_own():
    assert sorted(path.stem for path in (texts.MESSAGES / "sv").glob("*.txt")) == texts.names()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", texts.names())
def test_every_text_fills_in_and_no_brace_is_left(name, language):
    said = texts.original(name, language).format_map(values(language))

    assert not set("{}") & set(said)
    assert "  " not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEXTED)
def test_a_text_message_has_at_most_two_parts(name, language):
    said = texts.original(name, language).format_map(values(language))

    counted = segments.count(said)
    assert counted.encoding == segments.Encoding.GSM_7
    assert counted.parts <= 2, f"{counted.length} septets"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in texts.names() if name.endswith(".mail")])
def test_a_mail_has_a_subject_and_is_signed(name, language):
    written = texts.letter(texts.original(name, language))

    assert written.subject.endswith("[#{ticket}]")
    assert written.text.endswith("\n\n{shop}\n{phone}")
    assert texts.exists(name.removesuffix(".mail"))


def test_a_keyword_is_answered_with_what_the_networks_ask_for():
    """CTIA: who we are, what this is, how to stop, whom to ask."""
    for language, stop, start in (("en", "STOP", "START"), ("sv", "STOPP", "START")):
        said = {
            word: texts.original(f"keyword_{word}", language) for word in ("help", "start", "stop")
        }
        assert all(text.startswith("{shop}: ") for text in said.values())
        assert ("{phone}" in said["help"], stop in said["help"]) == (True, True)
        assert (start in said["stop"], stop in said["start"]) == (True, True)


@pytest.fixture
def told(missed, monday_nine):
    """Say a callback promise by text."""
    promise = promises.open_callback(missed(now=monday_nine).ticket)
    route = Route("sms", ContactPoint.objects.get())
    return lambda: (
        replies.acknowledgement(promise, route, shop=Shop.objects.current(), now=monday_nine).text
    )


def test_the_shops_own_words_come_instead(told):
    ReplyTemplate.objects.create(
        name="acknowledgement", language="en", text="Hi! We call {deadline}. /{shop}"
    )

    assert told() == "Hi! We call by 1:00 PM today. /Dahl & Daughters"


def test_in_that_language_only(told):
    ReplyTemplate.objects.create(name="acknowledgement", language="sv", text="Hej!")

    assert told().startswith("Dahl & Daughters: we have your message")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "acknowledgement",
            "{shop} {hours} {span} {deadline} {ticket}",
            "Nothing is known of {span}",
        ),
        ("acknowledgement", "{password}", "Nothing is known of {password} here. You may use: "),
        ("acknowledgement", "{shop.name}", "Write placeholders as a plain word in braces"),
        ("acknowledgement", "{shop!r}", "Write placeholders as a plain word in braces"),
        ("acknowledgement", "{0}", "Write placeholders as a plain word in braces"),
        ("acknowledgement", "{}", "Write placeholders as a plain word in braces"),
        ("acknowledgement", "{shop", "A brace is left open."),
        ("welcome", "Hi", "There is no such text. There are: acknowledgement"),
    ],
)
def test_words_that_could_not_be_filled_in_are_refused(shop, name, text, says):
    template = ReplyTemplate(name=name, language="en", text=text)

    with pytest.raises(ValidationError) as refused:
        template.full_clean()

    assert says in str(refused.value)


@pytest.mark.parametrize("text", ["Hi!", "{{shop}} %d {shop}", "Until {deadline}"])
def test_others_are_taken(shop, text):
    ReplyTemplate(name="acknowledgement", language="en", text=text).full_clean()


def test_what_customers_are_called_is_never_run_as_a_template(customer, told, sara):
    Customer.objects.all().delete()
    Shop.objects.update(name="{phone} {0} {{x}}")

    assert told().startswith("{phone} {0} {{x}}: we have")


def test_deadlines_are_as_long_as_we_count_with(shop):
    due_at = boston(2026, 9, 30, 12, 30)
    now = due_at - timedelta(days=30)

    for language, region in (("en", "US"), ("sv", "SE")):
        said = wording.deadline(due_at, now=now, zone=shop.tzinfo, language=language, region=region)
        assert said.replace("\u202f", " ") == LONGEST["deadline"][language]


def test_mail_is_written_in_the_customers_language(ticket_of, shop, monday_nine):
    ticket = ticket_of(language="sv")
    point = ContactPoint(kind="email", value="a@example.net")

    letter = replies.letter("ready", ticket, Route("email", point), shop=shop, now=monday_nine)

    assert letter.subject == f"Klart att hämta [#{ticket.number}]"


@pytest.fixture
def ticket_of(customer, missed, monday_nine):
    def ticket_of(**fields):
        customer("Ingrid Berg", **fields)
        return missed(now=monday_nine).ticket

    return ticket_of


def test_a_promise_is_said_the_same_way_however_it_is_told(told, monday_nine):
    promise = Promise.objects.get()
    said = replies.callback(promise, shop=Shop.objects.current(), now=monday_nine)

    assert said.replace("\u202f", " ") in told()
