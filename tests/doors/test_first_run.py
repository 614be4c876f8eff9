"""From nothing to a shop: a link that is good once, two pages, and what is left to do."""

import html
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing.models import Rate
from helpdesk import opening
from helpdesk.models import ApiToken
from policies.models import CallbackWindow, OpeningHours, Turnaround
from tests.conftest import boston
from tickets.models import Service, Shop, User

pytestmark = pytest.mark.django_db

FIRST = "/setup/first/"
GIVEN = {
    "name": "Verkstan",
    "phone": "08-123 456 78",
    "zone": "Europe/Stockholm",
    "currency": "SEK",
    "language": "sv",
    "callback": "240",
    "service": "Lagning",
    "days": "3",
    "target_days": "2",
    "hourly": "800",
    "minimum_fee": "400",
    "day_0": "09:00-12:00, 13:00-17:00",
    "owner": "Eva Dahl",
    "username": "eva",
    "password": "a long way to the sea",
}


@pytest.fixture
def link():
    return FIRST + opening.first_link().split(FIRST)[1]


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_what_was_suggested_in_another_currency_is_asked_anew(client, link):
    address = link + "?name=Verkstan&country=US"
    shown = client.get(address).context["form"]
    given = GIVEN | {"zone": "America/New_York", "phone": ""}
    given |= {name: str(shown[name].value()) for name in ("hourly", "minimum_fee")}

    response = client.post(address, given)

    assert list(response.context["form"].errors) == ["hourly", "minimum_fee"]
    assert "That is our suggestion in USD. How much is it in SEK?" in read(response)
    assert not Shop.objects.exists()
    assert client.post(address, given | {"currency": "USD"}).status_code == 302


def test_without_the_link_a_stranger_learns_nothing(client):
    for url in (FIRST, f"{FIRST}guessed/"):
        response = client.get(url)
        assert response.status_code == 404
        assert "Not set up yet" in read(response)
        assert "<form" not in read(response)


def test_the_first_page_asks_where_and_the_second_knows_the_rest(client, link):
    page = read(client.get(link, headers={"accept-language": "sv-SE,sv;q=0.9"}))
    assert '<option value="SE" selected>' in page

    page = read(client.get(link, {"name": "Verkstan", "country": "SE"}))

    assert '<option value="Europe/Stockholm" selected>' in page
    assert '<option value="SEK" selected>' in page
    assert '<option value="sv" selected>' in page
    assert page.count('value="09:00–17:00"') == 5


def test_then_there_is_a_shop_with_its_owner_logged_in(client, link):
    response = client.post(link + "?name=Verkstan&country=SE", GIVEN)

    assert response["Location"] == "/setup/"
    shop, owner = Shop.objects.get(), User.objects.get()
    assert (shop.name, shop.region, shop.languages) == ("Verkstan", "SE", ["sv", "en"])
    assert shop.official_phone == "+46812345678"
    assert (str(owner), owner.username, owner.role) == ("Eva Dahl", "eva", "owner")
    assert CallbackWindow.objects.get().minutes == 240
    assert (Rate.objects.get().hourly, Rate.objects.get().minimum_fee) == (80000, 40000)
    assert Turnaround.objects.get().days == 3
    assert [(row.weekday, f"{row.opens:%H:%M}") for row in OpeningHours.objects.all()] == [
        (0, "09:00"),
        (0, "13:00"),
    ]
    assert client.get("/setup/").status_code == 200


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("password", "short"),
        ("password", "EvaDahl2026"),
        ("day_0", "nine to five"),
        ("day_0", ""),
        ("target_days", "9"),
        ("hourly", "a lot"),
        ("hourly", "0"),
        ("username", "e v a"),
        ("zone", "Europe/Atlantis"),
        ("currency", "XXX"),
        ("currency", "DEM"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(client, link, field, typed):
    response = client.post(link + "?name=Verkstan&country=SE", GIVEN | {field: typed})

    assert response.status_code == 422
    assert 'value="Eva Dahl"' in read(response)
    assert (Shop.objects.count(), User.objects.count(), Service.objects.count()) == (0, 0, 0)


def test_the_link_is_good_once(client, link):
    client.post(link + "?name=Verkstan&country=SE", GIVEN)
    client.logout()

    response = client.post(link + "?name=Other&country=US", GIVEN | {"username": "mallory"})

    assert response.status_code == 404
    assert "It is set up already" in read(response)
    assert [user.username for user in User.objects.all()] == ["eva"]
    assert client.get(FIRST).status_code == 404


def test_who_opens_a_used_link_is_led_to_the_log_in_and_no_stranger_is(client, link, eva):
    page = client.get(link)

    assert (page.status_code, "It is set up already" in read(page)) == (404, True)
    assert 'href="/accounts/login/"' in read(page)
    for method in (client.get, client.post):
        assert "set up" not in read(method(f"{FIRST}guessed/"))


def test_it_is_good_for_a_week(client, link, monkeypatch):
    monkeypatch.setattr(opening, "GOOD_FOR", timedelta(seconds=-1))

    assert client.get(link).status_code == 404


def test_of_two_at_once_one_opens_it(monkeypatch):
    plan = opening.Plan(name="A", region="US", zone="America/New_York", currency="USD")
    two = {"owner": "Eva", "password": "x", "now": boston(2026, 3, 2, 9)}
    opening.open_first(plan, username="eva", **two)

    with pytest.raises(opening.AlreadyOpen):
        opening.open_first(plan, username="mallory", **two)
    assert User.objects.count() == 1


def test_a_country_without_a_table_of_holidays_can_have_a_shop(client, link):
    given = GIVEN | {"zone": "Atlantic/Stanley", "currency": "FKP", "phone": ""}

    response = client.post(link + "?name=Verkstan&country=FK", given)

    assert response.status_code == 302
    assert Shop.objects.get().region == "FK"


def test_the_command_prints_it_until_somebody_is_here(shop, eva):
    with pytest.raises(CommandError, match="already"):
        call_command("first_link")


def test_the_command_prints_one_that_opens(client):
    said = StringIO()
    call_command("first_link", stdout=said)

    assert client.get(FIRST + said.getvalue().strip().split(FIRST)[1]).status_code == 200


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


def test_the_setup_says_what_is_left_until_a_call_is_logged(owner, missed):
    page = read(owner.get("/setup/"))
    assert "4 of 5 done" in page
    assert ">Log a call</a>" in page

    missed(now=boston(2026, 3, 2, 9))

    page = read(owner.get("/setup/"))
    assert "of 5 done" not in page
    assert "How it stands" in page


def test_what_is_taken_away_is_open_again(owner, shop):
    OpeningHours.objects.all().delete()
    Shop.objects.update(official_phone="", official_email="")

    page = read(owner.get("/setup/"))

    assert "2 of 5 done" in page
    assert "Nothing can be promised before we know when you work." in page


def test_it_reads_the_same_however_much_there_is(
    owner, missed, per, sara, django_assert_num_queries
):
    owner.get("/setup/")
    with django_assert_num_queries(10):
        owner.get("/setup/")
    for number in range(3):
        missed(now=boston(2026, 3, 2, 9), call_id=f"c{number}")
        Service.objects.create(name=f"S{number}")
        ApiToken.objects.create(user=sara, name="pbx", scopes=["phone"])
    with django_assert_num_queries(10):
        owner.get("/setup/")


def test_today_points_to_what_is_next(owner, client, sara, missed):
    assert 'href="/setup/"' in read(owner.get("/")).partition("<main")[2]

    client.force_login(sara)
    assert "Ready for the first call" in read(client.get("/"))
    missed(now=boston(2026, 3, 2, 9))
    assert "Ready for the first call" not in read(client.get("/"))
