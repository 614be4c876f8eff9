"""Fields of forms: what is typed made safe, what is wrong said in the reader's words."""

import html
import re

import pytest

from helpdesk.web.fields import Line, Moment, OneOf, Text
from policies.models import Calendar, ReplyTemplate, Turnaround
from tickets.models import Service, Shop, User

# Letters after it are read backwards, so that a page says what nobody wrote.
TURNED = "parts\u202e may\u2066 be late\u2069"
FORWARD, BACK = "2030-03-10T02:30", "2030-11-03T01:30"  # in Boston


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def swedish(owner):
    User.objects.update(language="sv")
    return owner


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def turnaround(**given):
    terms = {
        **{"service": Service.objects.get(name="Laptop repair").pk, "days": "5"},
        **{"target_days": "3", "calendar": Calendar.objects.get().pk, "begins_at": ""},
    }
    return {**terms, **given, "do": "save"}


def test_nothing_turns_the_words_of_what_customers_read(owner):
    owner.post("/setup/turnarounds/new/", turnaround(risks=TURNED, why=TURNED, wording=TURNED))

    made = Turnaround.objects.latest("pk")
    assert {made.risks, made.why, made.wording} == {"parts may be late"}


def test_nor_of_services_closures_and_the_shop(owner):
    service = {"name": TURNED, "description": TURNED, "position": "0", "active": "on"}
    owner.post("/setup/services/", service)
    form = owner.get("/setup/shop/").context["form"]
    shown = {it.name: it.value() for it in form if it.value() not in (None, "", False)}
    said = {"name": TURNED, "address": f"1 Elm St\r\n{TURNED}"}
    owner.post("/setup/shop/", shown | said)

    made, shop = Service.objects.latest("pk"), Shop.objects.get()
    assert (made.name, made.description) == ("parts may be late", "parts may be late")
    assert (shop.name, shop.address) == ("parts may be late", "1 Elm St\nparts may be late")


def test_nor_of_the_shops_own_texts(owner):
    words = f"{{ticket}} is ready.\n{TURNED}"

    owner.post("/setup/texts/en/ready/", {"text": words, "do": "save"})

    assert ReplyTemplate.objects.get().text == "{ticket} is ready.\nparts may be late"


def test_letters_keep_what_joins_them():
    family = "👨\u200d👩\u200d👧"

    assert Text().clean(f" {family}\r\n{TURNED} ") == f"{family}\nparts may be late"
    assert Line().clean(f"{TURNED}\nSaturday") == "parts may be late Saturday"


@pytest.mark.parametrize("typed", [FORWARD, BACK])
def test_a_time_that_is_none_or_two_says_what_to_do(swedish, typed):
    response = swedish.post("/setup/turnarounds/new/", turnaround(begins_at=typed))

    said = "Klockan ställs om då: den här tiden finns två gånger, eller inte alls."
    assert f"{said} Välj en timme före eller efter." in read(response)


@pytest.mark.parametrize("page", ["/setup/turnarounds/new/", "/setup/services/rates/new/"])
def test_it_says_so_in_english_too(owner, page):
    form = owner.post(page, turnaround(begins_at=FORWARD)).context["form"]

    assert form.errors["begins_at"] == [
        "The clocks change then: this time comes twice, or not at all. "
        "Choose an hour before or after."
    ]


def test_what_is_no_time_at_all_is_said_as_ever():
    field = Moment()

    with pytest.raises(Exception, match="Enter a valid date/time"):
        field.clean("soon")


def test_a_name_that_is_taken_is_said_in_our_own_words(swedish, shop):
    taken = swedish.post("/setup/services/", {"name": "Laptop repair", "position": "0"})

    assert "Det finns redan en tjänst med det namnet. Välj ett annat." in read(taken)


def test_none_of_them_is_a_word(shop):
    assert next(iter(OneOf(Service.objects.all()).choices)) == ("", "none")
