"""What the shop writes: in its own words, previewed, and refused where it cannot be sent."""

import pytest

from helpdesk.models import AuditEntry
from helpdesk.web.setup import texts as page
from helpdesk.web.setup.text_samples import MEANINGS, sample
from policies import texts
from policies.models import ReplyTemplate
from tests.conftest import boston
from tests.doors.pages import count_queries, text

LIST = "/setup/texts/"
READY, MAIL = f"{LIST}en/ready/", f"{LIST}en/ready.mail/"
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def owner(client, eva, monkeypatch):
    monkeypatch.setattr(page, "now", lambda: TEN)
    client.force_login(eva)
    return client


def test_every_text_is_listed_and_has_a_page(owner):
    listed = owner.get(LIST).content.decode()

    addresses = {f"{LIST}en/{name}/" for name in texts.names()}
    assert {address for address in addresses if f'href="{address}"' not in listed} == set()
    assert {owner.get(address).status_code for address in addresses} == {200}


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("name", texts.names())
def test_what_may_be_filled_in_is_explained_and_has_an_example(shop, name, language):
    allowed = texts.allowed(name, language)

    assert allowed - set(MEANINGS) == set()
    assert allowed - set(sample(language, shop=shop, now=TEN)) == set()


def test_own_words_are_kept_and_shown_as_theirs(owner):
    response = owner.post(READY, {"text": "Hi {name}, {ticket} is ready."}, follow=True)

    assert "Hi Ingrid Dahl, 1042 is ready." in text(response)
    assert "one text message" in text(response)
    row = ReplyTemplate.objects.get()
    assert (row.name, row.language, row.text) == ("ready", "en", "Hi {name}, {ticket} is ready.")
    changes = AuditEntry.objects.get(action="text").changes["ready, en"]
    assert changes == [texts.original("ready", "en"), "Hi {name}, {ticket} is ready."]
    assert "your wording" in text(owner.get(LIST))


def test_a_preview_keeps_nothing(owner):
    response = owner.post(READY, {"text": "Done: {ticket} 😀", "do": "preview"})

    assert "Done: 1042 😀" in text(response)
    assert not ReplyTemplate.objects.exists()


def test_a_preview_promises_what_the_shop_could(owner, monkeypatch):
    monkeypatch.setattr("helpdesk.web.setup.texts.now", lambda: boston(2026, 3, 2, 0, 38))

    said = owner.post(f"{LIST}en/acknowledgement/", {"text": "{deadline}", "do": "preview"})

    assert said.context["preview"].text == "by 1:00 PM today"


def test_parts_are_counted_as_they_are_charged(owner):
    said = owner.post(READY, {"text": "å" * 161, "do": "preview"})
    with_emoji = owner.post(READY, {"text": "å" * 160 + "😀", "do": "preview"})

    assert [it.context["preview"].parts for it in (said, with_emoji)] == [2, 3]


def test_a_mail_has_a_subject(owner):
    owner.post(MAIL, {"subject": "Ready: {ticket}", "text": "Hello {name},\n\ncome in."})

    row = ReplyTemplate.objects.get()
    assert row.text == "Subject: Ready: {ticket}\n\nHello {name},\n\ncome in."
    shown = owner.get(MAIL).context["preview"]
    assert (shown.subject, shown.text) == ("Ready: 1042", "Hello Ingrid Dahl,\n\ncome in.")


def test_without_a_subject_a_mail_has_our_own(owner):
    owner.post(MAIL, {"subject": "", "text": "Come in."})

    assert owner.get(MAIL).context["preview"].subject == "Dahl & Daughters [#1042]"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("{colour}", "Nothing is known of {colour} here."),
        ("{shop.name}", "Write placeholders as a plain word in braces"),
        ("{shop.__class__.__init__.__globals__}", "Write placeholders as a plain word in braces"),
        ("{shop[0]}", "Write placeholders as a plain word in braces"),
        ("{shop!r}", "Write placeholders as a plain word in braces"),
        ("{shop:{phone}}", "Write placeholders as a plain word in braces"),
        ("{shop", "A brace is left open."),
        ("", "This field is required."),
        ("x" * 1600, "11 text messages. 10 at most are sent as one."),
    ],
)
def test_what_cannot_be_sent_is_refused_and_stays_on_the_page(owner, words, says):
    response = owner.post(READY, {"text": words})

    assert response.status_code == 422
    assert [says in error for error in response.context["form"].errors["text"]] == [True]
    assert response.context["form"]["text"].value() == words
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize(
    ("words", "lacking"),
    [("{service}, {days}. Call us.", "{page}"), ("Our quote: {page}", "{service}")],
)
@pytest.mark.parametrize("shape", ["quote", "quote.mail"])
def test_a_quote_names_what_they_accept_and_where(owner, shape, words, lacking):
    response = owner.post(f"/setup/texts/en/{shape}/", {"text": words})

    assert f"This text does not do without {lacking}." in response.context["form"].errors["text"]
    assert not ReplyTemplate.objects.exists()


def test_a_subject_with_what_nobody_knows_is_refused_there(owner):
    response = owner.post(MAIL, {"subject": "{colour}", "text": "Come in."})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["subject"])


def test_nobody_s_name_goes_to_a_stranger(owner):
    response = owner.post(f"{LIST}en/acknowledgement/", {"text": "Hi {name}"})

    assert response.status_code == 422


def test_what_looks_like_a_template_is_sent_as_it_is(owner):
    shown = owner.post(READY, {"text": "{{% now %}} <b>{shop}</b>", "do": "preview"})

    assert shown.context["preview"].text == "{% now %} <b>Dahl & Daughters</b>"
    assert "<b>Dahl" not in shown.content.decode()


def test_back_to_ours_the_file_stands_again(owner):
    owner.post(READY, {"text": "Come."})

    owner.post(f"{READY}ours/")

    assert not ReplyTemplate.objects.exists()
    said = owner.get(READY).context["form"]["text"].value()
    assert said == texts.original("ready", "en")
    assert AuditEntry.objects.filter(action="text-ours").count() == 1


@pytest.mark.parametrize("address", [f"{LIST}de/ready/", f"{LIST}en/welcome/", f"{LIST}en/../x/"])
def test_there_are_no_others(owner, address):
    assert owner.get(address).status_code == 404


def test_no_more_is_asked_for_many_of_their_own(owner):
    none = count_queries(owner, LIST)
    for name in texts.names():
        ReplyTemplate.objects.create(name=name, language="en", text="Hi.")

    assert count_queries(owner, LIST) == none
    assert none <= 10
    assert count_queries(owner, READY) <= 10


def test_the_invoice_of_a_sample_is_of_the_shop_s_year(shop):
    new_year_s_eve = boston(2026, 12, 31, 22)  # in UTC it is the next year

    assert sample("en", shop=shop, now=new_year_s_eve)["invoice"] == "2026-1001"
