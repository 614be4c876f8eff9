"""A password alone is not enough for whom the owner says so."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.web import incoming
from helpdesk.web.accounts import SecondFactor

pytestmark = pytest.mark.django_db

PASSWORD = "long enough, and nobody's cat"
LOG_IN, ACTIVATE = "/accounts/login/", "/accounts/2fa/totp/activate/"


def code(secret):
    """RFC 6238: what a phone shows now."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def sara(sara):
    sara.set_password(PASSWORD)
    sara.save()
    return sara


@pytest.fixture
def log_in(client, sara):
    def log_in():
        given = {"login": "sara", "password": PASSWORD}
        return client.post(LOG_IN, given)

    return log_in


@pytest.fixture
def secret(client, shop, log_in):
    """Sara has set up her phone and is logged out again; return what the phone knows."""
    log_in()
    secret = set_up(client)
    client.post("/accounts/logout/")
    return secret


def set_up(client):
    asked = client.get(ACTIVATE)["Location"]  # the password once more
    client.post(asked, {"password": PASSWORD})
    page = client.get(ACTIVATE).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    assert (
        client.post(ACTIVATE, {"code": code(secret)})["Location"] == "/accounts/2fa/recovery-codes/"
    )
    return secret


def test_a_password_leads_to_the_code_and_the_code_to_today(client, shop, secret, log_in):
    response = log_in()
    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get("/")["Location"].startswith(LOG_IN)

    wrong = client.post(response["Location"], {"code": "000000"})
    assert (wrong.status_code, "Incorrect code" in wrong.content.decode()) == (200, True)
    right = client.post(response["Location"], {"code": code(secret)})
    assert right["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_code_is_taken_once(client, shop, secret, log_in):
    log_in()
    shown = code(secret)
    assert client.post("/accounts/2fa/authenticate/", {"code": shown})["Location"] == "/"
    client.post("/accounts/logout/")
    log_in()

    again = client.post("/accounts/2fa/authenticate/", {"code": shown})

    assert (again.status_code, "Incorrect code" in again.content.decode()) == (200, True)


def test_who_guesses_is_stopped(client, shop, secret, log_in):
    log_in()

    codes = [f"{n:06}" for n in range(12)]
    said = [
        client.post("/accounts/2fa/authenticate/", {"code": guess}).content.decode()
        for guess in codes
    ]

    assert "Too many" in said[-1]


def test_a_recovery_code_opens_once(client, shop, secret, log_in, sara):
    kept = Authenticator.objects.get(user=sara, type="recovery_codes").wrap().get_unused_codes()
    log_in()
    assert client.post("/accounts/2fa/authenticate/", {"code": kept[0]})["Location"] == "/"
    client.post("/accounts/logout/")
    log_in()

    again = client.post("/accounts/2fa/authenticate/", {"code": kept[0]})

    assert again.status_code == 200


def test_what_is_secret_is_not_kept_as_it_is(client, shop, secret, sara):
    kept = [row.data for row in Authenticator.objects.filter(user=sara)]

    assert secret not in str(kept)


def test_whom_the_owner_asks_for_one_sets_it_up_first(client, shop, log_in, sara):
    shop.second_factor_roles = ["front_desk"]
    shop.save()
    log_in()

    assert client.get("/")["Location"] == reverse("mfa_index")
    assert client.post("/calls/new/")["Location"] == reverse("mfa_index")
    set_up(client)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("host", "is_secure", "says_so"),
    [("127.0.0.1:8000", False, True), ("localhost:8000", False, False), ("127.0.0.1", True, False)],
)
def test_where_no_passkey_is_taken_the_page_says_so(client, shop, log_in, host, is_secure, says_so):
    log_in()
    asked = client.get(reverse("mfa_add_webauthn"))["Location"]  # the password once more
    client.post(asked, {"password": PASSWORD})

    response = client.get(reverse("mfa_add_webauthn"), headers={"host": host}, secure=is_secure)

    assert response.status_code == 200
    said = "At this address browsers take no passkey" in response.content.decode()
    assert said == says_so


BEFORE = [
    *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"),
    *("account_change_password", "usersessions_list", "account_reauthenticate"),
]


def cards(response):
    page = response.content.decode()
    return ("Ingrid" in page, 'class="card ringing' in page)


@pytest.mark.parametrize("name", BEFORE)
def test_before_that_no_page_says_who_is_calling(client, shop, log_in, ingrid, missed, name):
    missed(now=now())
    log_in()
    assert cards(client.get("/")) == (True, True)
    shop.second_factor_roles = ["front_desk"]
    shop.save()

    response = client.get(reverse(name), follow=True)

    assert (response.status_code, *cards(response)) == (200, False, False)


def test_nor_does_what_a_page_is_drawn_with(client, shop, log_in, ingrid, missed):
    """Whatever a template does: it is handed no card."""
    missed(now=now())
    shop.second_factor_roles = ["front_desk"]
    shop.save()
    log_in()

    response = client.get(reverse("mfa_index"))

    assert response.context["shop"].live_calls == 1
    assert response.context["incoming"]() == incoming.Cards()


def test_other_roles_are_not_asked(client, shop, log_in):
    shop.second_factor_roles = ["owner", "technician"]
    shop.save()
    log_in()

    assert client.get("/").status_code == 200


def test_a_new_password_does_not_do_without_it(client, shop, secret, sara, mailoutbox, settings):
    sara.email = "sara@dahl.example"
    sara.save()
    client.post("/accounts/password/reset/", {"email": "sara@dahl.example"})
    link = re.search(r"http\S+", mailoutbox[0].body)[0]
    page = client.get(link, follow=True)
    new = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    client.post(page.request["PATH_INFO"], new)

    response = client.post(LOG_IN, {"login": "sara", "password": PASSWORD + "!"})

    assert response["Location"] == reverse("mfa_authenticate")


def test_where_they_are_signed_in_can_be_seen_and_ended(client, shop, log_in, client_elsewhere):
    log_in()
    client_elsewhere.post(LOG_IN, {"login": "sara", "password": PASSWORD})
    assert client.get("/accounts/sessions/").content.decode().count("127.0.0.1") == 2

    client.post("/accounts/sessions/")

    assert client.get("/").status_code == 200
    assert client_elsewhere.get("/")["Location"].startswith(LOG_IN)


@pytest.fixture
def client_elsewhere():
    return Client()


def test_a_sixth_wrong_code_is_refused_and_so_is_the_right_one_after_it(
    client, shop, secret, log_in
):
    log_in()
    said = [
        client.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}).content.decode()
        for n in range(6)
    ]
    assert ["Incorrect code" in page for page in said] == [True] * 5 + [False]
    assert "Too many" in said[-1]

    late = client.post("/accounts/2fa/authenticate/", {"code": code(secret)})

    assert (late.status_code, client.get("/").status_code) == (200, 302)


def test_a_sixth_wrong_password_is_refused_from_wherever_it_comes(sara):
    def guess(n, password="wrong"):
        return Client(REMOTE_ADDR=f"10.0.0.{n}").post(
            LOG_IN, {"login": "sara", "password": password}
        )

    said = [guess(n).content.decode() for n in range(6)]

    assert ["Too many" in page for page in said] == [False] * 5 + [True]
    assert guess(7, PASSWORD).status_code == 200


def test_what_is_counted_is_counted_for_all_processes(settings):
    """On a small machine in the database, on a large one in Redis; never in one's own memory."""
    assert settings.CACHES["default"]["BACKEND"] in {
        "django.core.cache.backends.db.DatabaseCache",
        "django.core.cache.backends.redis.RedisCache",
    }


def test_under_another_key_nothing_of_it_is_read_and_nobody_is_let_in(settings):
    written, key = SecondFactor().encrypt("a secret"), settings.SECRET_KEY
    settings.SECRET_KEY = "another key, as long as a key should be, and quite unlike the first"
    with pytest.raises(PermissionDenied):
        SecondFactor().decrypt(written)

    settings.SECRET_KEY_FALLBACKS = [key]

    assert SecondFactor().decrypt(written) == "a secret"
