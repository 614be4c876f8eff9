"""The front door: its headers, its cookies, and who gets through it."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.doors.conftest import JSON
from tickets.models import User

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SIGNUP = "/accounts/signup/"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
TOO_MANY = "Too many failed login attempts. Try again later."


@pytest.fixture
def log_in(client, sara):
    """Log Sara in through the page, with another name, password or address to go to if given."""
    User.objects.filter(pk=sara.pk).update(email="sara@shop.example")

    def log_in(login="sara", password="x", client=client, headers=None, **more):
        said = {"login": login, "password": password} | more
        return client.post(LOGIN, said, headers=headers)

    return log_in


def is_in(client):
    return "_auth_user_id" in client.session


# -- headers and cookies -------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LOGIN, "/api/v1/greeting/", "/api/v1/nothing/", "/nothing/"])
def test_every_answer_says_how_it_may_be_used(client, shop, address):
    headers = client.get(address).headers

    directives = [part.split(maxsplit=1) for part in headers["Content-Security-Policy"].split(";")]
    assert dict(directives) == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_cookies_are_for_the_browser_alone(client, log_in):
    client.get(LOGIN)
    log_in()

    assert set(client.cookies) >= {"session", "csrf"}
    for name in ("session", "csrf"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")


def test_over_https_nothing_is_said_in_clear(tmp_path):
    """Read in a process of its own: settings follow the environment once."""
    wanted = [
        *("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"),
        *("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS"),
    ]
    script = f"""if True:
        import json
        from helpdesk import settings
        print(json.dumps({{name: getattr(settings, name) for name in {wanted}}}))
    """
    environment = os.environ | {
        "PUBLIC_URL": "https://desk.example",
        "HELPDESK_VAR": str(tmp_path),
        "DATABASE_URL": "sqlite://:memory:",
        "SECRET_KEY": "x" * 60,
    }
    printed = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(printed.stdout) == {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["desk.example", "127.0.0.1", "localhost"],
    }


@pytest.mark.parametrize("address", [LOGIN, "/", "/api/v1/greeting/"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", "a b"]
)
def test_another_host_is_refused(client, shop, address, host):
    assert client.get(address, headers={"Host": host}).status_code == 400


# -- logging in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["sara", "SARA", "sara@shop.example", "Sara@Shop.example"])
def test_staff_log_in_by_name_or_by_address(client, log_in, login):
    response = log_in(login)

    assert response.status_code == 302
    assert response.headers["Location"] == reverse("today")
    assert is_in(client)


@pytest.mark.parametrize(
    ("login", "password"),
    [("sara", "X"), ("sara", ""), ("nobody", "x"), ("sara@shop.example", "y"), ("\x00", "x")],
)
def test_a_wrong_password_is_not_let_in(client, log_in, login, password):
    response = log_in(login, password)

    assert response.status_code == 200
    assert not is_in(client)


def test_nobody_learns_which_names_there_are(client, log_in):
    def told(login):
        page = log_in(login, "wrong")
        errors = page.context["form"].errors.get_json_data()
        return page.status_code, json.dumps(errors).replace(login, "")

    assert told("sara") == told("nobody")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
    ],
)
@pytest.mark.parametrize("how", ["in the address", "in the form"])
def test_after_logging_in_one_stays_with_us(client, sara, address, how):
    said = {"login": "sara", "password": "x"}
    if how == "in the form":
        response = client.post(LOGIN, said | {"next": address})
    else:
        response = client.post(LOGIN, said, query_params={"next": address})

    assert response.status_code == 302
    assert response.headers["Location"] == reverse("today")


def test_after_logging_in_one_is_where_one_wanted_to_go(client, log_in):
    wanted = client.get(reverse("tickets"))
    assert wanted.status_code == 302
    assert wanted.headers["Location"] == f"{LOGIN}?next={reverse('tickets')}"

    assert log_in(next=reverse("tickets")).headers["Location"] == reverse("tickets")


@pytest.mark.parametrize(("who", "begins"), [("per", "bench"), ("sara", "today"), ("eva", "today")])
@pytest.mark.parametrize("asked", [{}, {"next": "/"}])  # the front door asks for nothing else
def test_technicians_begin_at_the_bench_and_the_others_with_today(
    request, log_in, who, begins, asked
):
    request.getfixturevalue(who)

    assert log_in(who, **asked).headers["Location"] == reverse(begins)


def test_a_technician_too_is_where_they_wanted_to_go(client, per, log_in):
    assert log_in("per", next="/tickets/").headers["Location"] == "/tickets/"


def test_today_is_no_further_than_before_from_the_bench(client, per):
    client.force_login(per)

    assert client.get(reverse("today")).status_code == 200


def test_logging_in_starts_a_new_session(client, log_in):
    planted = client.session
    planted.save()
    log_in()

    assert is_in(client)
    assert client.session.session_key != planted.session_key
    assert not planted.exists(planted.session_key)


def test_who_no_longer_works_here_is_out_at_once(client, log_in, sara):
    log_in()
    assert client.get(reverse("today")).status_code == 200
    User.objects.filter(pk=sara.pk).update(is_active=False)

    assert client.get(reverse("today")).status_code == 302


# -- limits, which count in the cache that all processes share -----------------------------------


def test_a_password_cannot_be_guessed(log_in):
    for guess in range(5):
        page = log_in("sara", f"guess {guess}", client=Client())
        assert TOO_MANY not in page.content.decode()

    other = Client()
    page = log_in("sara", "x", client=other)

    assert TOO_MANY in page.content.decode()
    assert not is_in(other)


def test_the_limit_of_one_name_is_not_anothers(log_in, eva):
    for guess in range(5):
        log_in("sara", f"guess {guess}", client=Client())
    other = Client()
    log_in("eva", "x", client=other)

    assert is_in(other)


def test_an_address_made_up_on_the_way_is_not_believed(log_in):
    for guess in range(10):
        forged = {"X-Forwarded-For": f"192.0.2.{guess}", "CF-Connecting-IP": f"192.0.2.{guess}"}
        log_in(f"nobody-{guess}", "x", headers=forged, client=Client())

    page = log_in("sara", "x", headers={"X-Forwarded-For": "192.0.2.200"}, client=Client())

    assert TOO_MANY in page.content.decode()


def test_more_than_thirty_log_ins_a_minute_are_refused(log_in):
    status = [log_in(client=Client()).status_code for _time in range(31)]

    assert status == [302] * 30 + [429]


# -- who is not let in ---------------------------------------------------------------------------


def test_nobody_signs_up(client, shop):
    said = {
        "username": "mallory",
        "email": "mallory@evil.example",
        "password1": "a long enough password",
        "password2": "a long enough password",
    }

    for response in (client.get(SIGNUP), client.post(SIGNUP, said)):
        assert response.status_code == 200
        assert "Accounts are made by the owner" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("page", ["today", "tickets", "customers", "log-call"])
def test_programs_have_a_door_of_their_own(client, shop, make_token, page):
    make_token()
    client.force_login(User.objects.get())

    assert client.get(reverse(page)).status_code == 403


def test_a_form_from_elsewhere_is_refused(log_in):
    assert log_in(client=Client(enforce_csrf_checks=True)).status_code == 403


def test_a_phone_system_needs_no_form_of_ours(shop, token):
    ring = {"event": "newCall", "from": "1", "to": "2", "direction": "in", "callId": "c"}
    client = Client(enforce_csrf_checks=True)

    assert client.post(f"/api/v1/cti/{token}/", ring, JSON).status_code == 200


def test_an_expired_log_in_takes_the_whole_page_there(client, shop):
    response = client.get("/tickets/", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response.content == b""
    assert response["HX-Redirect"] == "/accounts/login/?next=/tickets/"
