"""Who works here: asked by a link that is good once, and let go without losing what they did."""

import html
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from helpdesk import invites
from helpdesk.models import AuditEntry, Invite
from tests.conftest import boston
from tickets.models import User

STAFF = "/setup/staff/"
TEN = boston(2026, 3, 2, 10)
KIM = {"name": "Kim Dahl", "email": "kim@dahl.example", "role": "technician"}
CHOSEN = {"username": "kim", "password": "a long way to the sea"}


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        at = TEN

    for module in ("setup.staff", "public.join"):
        monkeypatch.setattr(f"helpdesk.web.{module}.now", lambda: Clock.at)
    return Clock


@pytest.fixture
def owner(client, eva, shop, clock):
    client.force_login(eva)
    return client


@pytest.fixture
def link(owner):
    """Kim was asked; return where Kim says yes."""
    owner.post(STAFF, KIM)
    return "/join/" + read(owner.get(STAFF)).split("/join/")[1].split("/")[0] + "/"


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_who_is_asked_comes_in_and_works(link):
    kim = Client()
    page = read(kim.get(link))
    assert "Welcome, Kim Dahl" in page
    assert "Eva Dahl asks you to work at Dahl & Daughters." in page
    assert "Your part: Technician." in page
    assert "At least 8 characters" in page

    response = kim.post(link, CHOSEN)

    assert response["Location"] == "/bench/"
    assert kim.get("/bench/").status_code == 200
    user = User.objects.get(username="kim")
    assert (str(user), user.role, user.email) == ("Kim Dahl", "technician", "kim@dahl.example")
    assert not user.is_staff


@pytest.mark.parametrize("typed", ["Åsa", "åsa", "ÅSA"])
def test_a_user_name_has_no_case(link, typed):
    Client().post(link, CHOSEN | {"username": "Åsa"})

    given = {"login": typed, "password": CHOSEN["password"]}
    assert Client().post("/accounts/login/", given)["Location"] == "/bench/"
    assert User.objects.filter(username="åsa").exists()


def test_the_mail_with_the_link_comes_from_the_shop(owner, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    settings.MAIL_FROM = "hello@dahl.example"

    owner.post(STAFF, KIM)

    assert [(it.from_email, it.to) for it in mail.outbox] == [
        ("hello@dahl.example", [KIM["email"]])
    ]


def test_so_does_the_one_for_who_forgot_their_password(shop, sara, settings):
    settings.MAIL_FROM = "hello@dahl.example"
    sara.email = "sara@dahl.example"
    sara.save()

    Client().post("/accounts/password/reset/", {"email": sara.email})

    assert [(it.from_email, it.to) for it in mail.outbox] == [("hello@dahl.example", [sara.email])]


def test_the_link_is_good_once(link):
    Client().post(link, CHOSEN)

    again = Client().post(link, CHOSEN | {"username": "kim2"})

    assert (again.status_code, "good once" in read(again)) == (404, True)
    assert not User.objects.filter(username="kim2").exists()


def test_two_at_once_make_one(link, clock):
    asked = Invite.objects.get()
    invites.accept(asked, **CHOSEN, now=TEN)

    with pytest.raises(invites.NotGood):
        invites.accept(asked, username="kim2", password="x", now=TEN)

    assert not User.objects.filter(username="kim2").exists()


def test_it_is_good_for_a_week(link, clock):
    clock.at = TEN + timedelta(days=7)

    assert "too old" in read(Client().get(link))


def test_taken_back_it_opens_nothing(owner, link):
    owner.post(f"{STAFF}invites/{Invite.objects.get().pk}/take-back/")

    assert "opens nothing" in read(Client().post(link, CHOSEN))


def test_asked_again_the_first_link_is_dead(owner, link):
    owner.post(STAFF, KIM | {"role": "front_desk"})

    assert Client().get(link).status_code == 404
    assert Invite.objects.filter(revoked_at=None).get().role == "front_desk"


@pytest.mark.parametrize("token", ["x", "MQ:1wAAAA:forged", "x" * 500])
def test_a_forged_link_opens_nothing(shop, clock, token):
    assert Client().get(f"/join/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"password": "kim"}, "too short", id="a short password"),
        pytest.param({"password": "kim12"}, "too similar", id="like the user name"),
        pytest.param({"password": "kimdahl1"}, "too similar", id="like their name"),
        pytest.param({"username": "sara"}, "has that name already", id="a name that is taken"),
        pytest.param({"username": "SARA"}, "has that name already", id="in capitals"),
        pytest.param({"username": "k i m"}, "Enter a valid username", id="not a name"),
    ],
)
def test_what_is_wrong_is_said(link, sara, given, said):
    response = Client().post(link, CHOSEN | given)

    assert (response.status_code, said in read(response)) == (422, True)
    assert Invite.objects.get().used_at is None


def test_a_member_is_changed_and_that_is_written_down(owner, sara):
    given = {"first_name": "Sara", "last_name": "Ek", "email": "", "role": "technician"}
    owner.post(f"{STAFF}{sara.pk}/", given | {"extension": "101", "phone": "", "language": "sv"})

    sara.refresh_from_db()
    assert (str(sara), sara.role, sara.language) == ("Sara Ek", "technician", "sv")
    entry = AuditEntry.objects.get(action="staff-member")
    assert entry.changes["role"] == ["front_desk", "technician"]
    assert entry.key == str(sara.pk)


def test_who_does_not_work_here_any_more_is_out_at_once(owner, sara):
    hers = Client()
    hers.force_login(sara)

    owner.post(f"{STAFF}{sara.pk}/active/", {"active": ""})

    assert hers.get("/")["Location"].startswith("/accounts/login/")
    owner.post(f"{STAFF}{sara.pk}/active/", {"active": "on"})
    assert hers.get("/").status_code == 200


def test_the_last_owner_stays_one(owner, eva):
    given = {"first_name": "Eva", "last_name": "Dahl", "email": "", "role": "technician"}
    refused = owner.post(f"{STAFF}{eva.pk}/", given)
    owner.post(f"{STAFF}{eva.pk}/active/", {"active": ""})

    eva.refresh_from_db()
    assert (refused.status_code, eva.role, eva.is_active) == (422, "owner", True)


def test_a_second_factor_is_asked_by_role(owner, shop):
    owner.post(f"{STAFF}factors/", {"roles": ["technician", "front_desk"]})

    shop.refresh_from_db()
    assert shop.second_factor_roles == ["technician", "front_desk"]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_it_asks_as_many_questions_however_many_work_here(
    owner, rows, django_assert_max_num_queries
):
    for n in range(rows):
        User.objects.create_user(f"u{n}")
        owner.post(STAFF, KIM | {"email": f"k{n}@dahl.example"})

    with django_assert_max_num_queries(10):
        owner.get(STAFF)


def test_a_lost_second_factor_is_taken_away(owner, sara):
    Authenticator.objects.create(user=sara, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = f"{STAFF}{sara.pk}/"
    assert "Take it away" in read(owner.get(page))

    owner.post(f"{page}no-factor/")

    assert not Authenticator.objects.exists()
    assert "Take it away" not in read(owner.get(page))
    assert AuditEntry.objects.filter(action="staff-no-factor", key=str(sara.pk)).exists()


def test_an_invite_that_is_too_old_says_so(owner, link, clock):
    clock.at = TEN + timedelta(days=8)

    assert "too old to open anything" in read(owner.get(STAFF))
