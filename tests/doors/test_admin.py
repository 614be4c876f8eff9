"""How an owner sets up the shop: what can be changed, what is only added to, what is only read."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from billing import gifts
from billing.models import Invoice, NumberSeries, Rate, Settlement
from helpdesk import journey
from helpdesk.models import ApiToken
from policies.models import Calendar, CallbackWindow, Promise, Quote, Turnaround
from tests.conftest import boston
from tickets import intake
from tickets.models import Arrival, Call, Interaction, Service, Shop, User

pytestmark = pytest.mark.django_db

NINE = boston(2026, 3, 2, 9)
ONLY_READ = [Invoice, Settlement, NumberSeries, Promise, Quote, Interaction, Call, Arrival]
ONLY_ADDED_TO = [CallbackWindow, Turnaround, Rate]
SHOP = {
    "name": "Dahl & Daughters",
    "region": "US",
    "zone": "America/New_York",
    "languages": "en, sv",
    "currency": "USD",
    "official_phone": "",
    "official_email": "",
    "address": "",
    "tax_id": "",
    "bill_after_minutes": "60",
    "acknowledgements_per_hour": "60",
    "texts_per_day": "200",
    "text_countries": "no, DK",
    "quiet_from": "21:00",
    "quiet_until": "08:00",
}
VALID_FROM = {"valid_from_0": "2026-04-01", "valid_from_1": "09:00"}


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def history(shop, sara, per, ingrid, missed):
    """Let one of everything happen."""
    missed(now=NINE)
    ticket = Interaction.objects.get().ticket
    journey.quoted(ticket, Service.objects.first(), by=sara, now=NINE, accepted_how="phone")
    done = intake.open_ticket(subject="Done", channel="call", customer=ingrid, now=NINE)
    journey.ticket_closed(done, charge="free", by=sara, now=NINE)
    return gifts.bill(done, now=done.bill_at)


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text(response):
    return " ".join(response.content.decode().split())


def errors(response):
    """Every sentence about what is wrong."""
    forms = [response.context["adminform"].form]
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    found = [error for form in forms for errors in form.errors.values() for error in errors]
    for formset in formsets:
        found += formset.non_form_errors()
        found += [e for form in formset.forms for errors in form.errors.values() for e in errors]
    return found


# -- who may come in -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/tickets/shop/1/change/"])
def test_a_stranger_is_sent_to_the_one_log_in(client, shop, address):
    chain = client.get(address, follow=True).redirect_chain

    assert chain[-1][0].startswith("/accounts/login/?next=/admin/")
    assert len(chain) <= 2


@pytest.mark.parametrize("who", ["sara", "per"])
@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/tickets/shop/1/change/"])
def test_who_works_here_is_told_no_and_not_sent_round(client, request, who, address):
    client.force_login(request.getfixturevalue(who))

    assert client.get(address).status_code == 403
    assert client.post(address, {"username": "eva", "password": "x"}).status_code == 403


def test_staff_who_is_no_superuser_stays_outside(client, sara):
    sara.is_staff = True
    sara.save()
    client.force_login(sara)

    assert client.get("/admin/").status_code == 403


def test_an_owner_comes_in(owner):
    assert owner.get("/admin/").status_code == 200
    assert owner.get("/admin/login/")["Location"] == "/admin/"


def test_a_program_stays_outside(client, shop):
    program = User.objects.create(username="pbx", role="integration", is_superuser=True)
    client.force_login(program)

    assert client.get("/admin/").status_code == 403


# -- before there is a shop ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/", "/customers/", "/tickets/", "/reports/gifts/", "/invoices/2026-0001/"]
)
def test_without_a_shop_every_page_says_how_to_open_one(admin_client, address):
    response = admin_client.get(address)

    assert response.status_code == 503
    assert "manage.py open_shop" in text(response)
    assert "manage.py demo" in text(response)


def test_a_shop_can_be_opened_in_the_admin(admin_client):
    response = admin_client.post(url(Shop, "add"), SHOP)

    assert response.status_code == 302
    assert Shop.objects.get().languages == ["en", "sv"]
    assert admin_client.get(url(Shop, "add")).status_code == 403


# -- the shop ------------------------------------------------------------------------------------


def test_there_is_one_shop_for_good(owner):
    assert owner.get(url(Shop, "add")).status_code == 403
    assert owner.post(url(Shop, "add"), SHOP).status_code == 403
    assert owner.post(url(Shop, "delete", 1), {"post": "yes"}).status_code == 403
    assert Shop.objects.count() == 1


def test_the_shop_is_kept_as_it_is_meant(owner):
    owner.post(url(Shop, "change", 1), SHOP | {"region": "se", "languages": "SV,en,sv"})

    shop = Shop.objects.get()
    assert (shop.region, shop.languages, shop.language) == ("SE", ["sv", "en"], "sv")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("zone", "Mars/Olympus", "There is no time zone “Mars/Olympus”."),
        ("zone", "localtime", "There is no time zone “localtime”."),
        ("region", "XX", "“XX” is not a country."),
        ("currency", "XYZ", "“XYZ” is not a currency."),
        ("languages", "tlh", "We speak en, sv."),
        ("languages", " , ", "We speak en, sv."),
        ("name", "a\0b", "Null characters are not allowed."),
    ],
)
def test_a_shop_that_cannot_be_gets_a_sentence(owner, field, value, sentence):
    response = owner.post(url(Shop, "change", 1), SHOP | {field: value})

    assert response.status_code == 200
    (error,) = errors(response)
    assert error.startswith(sentence)


def test_the_currency_stays_once_there_are_invoices(owner, history):
    response = owner.post(url(Shop, "change", 1), SHOP | {"currency": "SEK"})

    assert errors(response) == [
        "There are invoices in USD, and the sums in two currencies would be neither's."
    ]
    assert owner.post(url(Shop, "change", 1), SHOP).status_code == 302


# -- staff ---------------------------------------------------------------------------------------


def test_an_owner_makes_a_log_in(owner):
    response = owner.post(
        url(User, "add"),
        {
            "username": "mia",
            "first_name": "Mia",
            "last_name": "Ek",
            "email": "",
            "role": "technician",
            "phone": "+16175550177",
            "extension": "105",
            "password1": "correct horse",
            "password2": "correct horse",
        },
    )

    mia = User.objects.get(username="mia")
    assert response["Location"] == url(User, "change", mia.pk)
    assert (str(mia), mia.role, mia.extension, mia.is_staff) == (
        "Mia Ek",
        "technician",
        "105",
        False,
    )
    assert mia.check_password("correct horse")


def test_an_extension_belongs_to_one(owner, sara, per):
    form = {"username": "per", "role": "technician", "extension": sara.extension}

    response = owner.post(url(User, "change", per.pk), form)

    assert response.status_code == 200
    assert len(errors(response)) == 1


def test_who_has_left_is_not_deleted(owner, sara):
    assert owner.post(url(User, "delete", sara.pk), {"post": "yes"}).status_code == 403


# -- working time --------------------------------------------------------------------------------


def calendar_form(**changes):
    form = {"name": "Late", "zone": "America/New_York", "country": "US", "subdivision": ""}
    for prefix in ("hours", "special_hours", "closures"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    form |= {
        "hours-TOTAL_FORMS": "1",
        "hours-0-weekday": "0",
        "hours-0-opens": "12:00",
        "hours-0-closes": "20:00",
    }
    return form | changes


def closure(first, last):
    return {
        "closures-TOTAL_FORMS": "1",
        "closures-0-first_date": first,
        "closures-0-last_date": last,
    }


def special(opens, closes):
    return {
        "special_hours-TOTAL_FORMS": "1",
        "special_hours-0-date": "2026-12-24",
        "special_hours-0-opens": opens,
        "special_hours-0-closes": closes,
    }


def test_a_calendar_has_hours_closures_and_special_hours(owner):
    form = calendar_form(**closure("2026-07-01", "2026-07-14"), **special("09:00", "12:00"))

    assert owner.post(url(Calendar, "add"), form).status_code == 302

    calendar = Calendar.objects.get(name="Late")
    assert calendar.working_hours().is_open(boston(2026, 12, 24, 11))
    assert not calendar.working_hours().is_open(boston(2026, 7, 6, 13))
    assert calendar.working_hours().is_open(boston(2026, 8, 3, 13))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"zone": "Boston"}, "There is no time zone “Boston”.", id="zone"),
        pytest.param({"country": "ZZ"}, "We know of no holidays for a country “ZZ”.", id="country"),
        pytest.param({"subdivision": "QQ"}, "We know of no holidays of their own", id="state"),
        pytest.param(
            {"hours-0-closes": "12:00"}, "Opens and closes at the same time.", id="no time"
        ),
        pytest.param({"hours-TOTAL_FORMS": "0"}, "When do you open?", id="no hours"),
        pytest.param({"hours-0-opens": "noon"}, "Enter a valid time.", id="a word"),
        pytest.param(
            closure("2026-07-14", "2026-07-01"), "The last day is before the first.", id="closure"
        ),
        pytest.param(special("09:00", "09:00"), "Opens and closes at the same time.", id="special"),
    ],
)
def test_hours_that_cannot_be_get_a_sentence(owner, changes, sentence):
    response = owner.post(url(Calendar, "add"), calendar_form(**changes))

    assert response.status_code == 200
    (error,) = errors(response)
    assert error.startswith(sentence)


def test_the_last_hours_are_not_deleted(owner):
    calendar = Calendar.objects.get()
    form = calendar_form(**{"hours-TOTAL_FORMS": "5", "hours-INITIAL_FORMS": "5"})
    for n, hours in enumerate(calendar.hours.all()):
        form |= {
            f"hours-{n}-id": hours.pk,
            f"hours-{n}-calendar": calendar.pk,
            f"hours-{n}-weekday": hours.weekday,
            f"hours-{n}-opens": hours.opens,
            f"hours-{n}-closes": hours.closes,
            f"hours-{n}-DELETE": "on",
        }

    refused = owner.post(url(Calendar, "change", calendar.pk), form)
    assert errors(refused) == ["When do you open? Write at least one stretch of one day."]

    del form["hours-0-DELETE"]
    owner.post(url(Calendar, "change", calendar.pk), form)
    assert [hours.weekday for hours in calendar.hours.all()] == [0]


def test_a_calendar_that_is_closed_for_good_is_said_to_be(owner):
    form = calendar_form(**closure("2020-01-01", "2099-12-31"))

    response = owner.post(url(Calendar, "add"), form, follow=True)

    assert "There is not enough working time in the year to come." in text(response)


# -- terms by version ----------------------------------------------------------------------------


def version_form(model):
    calendar, service = Calendar.objects.get(), Service.objects.first()
    return (
        VALID_FROM
        | {
            CallbackWindow: {"calendar": calendar.pk, "minutes": "120", "customer_kind": ""},
            Turnaround: {
                "calendar": calendar.pk,
                "service": service.pk,
                "days": "2",
                "target_days": "1",
            },
            Rate: {
                "service": "",
                "hourly": "95.50",
                "minimum_fee": "$40",
                "rounding_minutes": "15",
            },
        }[model]
    )


@pytest.mark.parametrize("model", ONLY_ADDED_TO)
def test_a_new_version_says_who_made_it_and_when(owner, eva, model):
    assert owner.post(url(model, "add"), version_form(model)).status_code == 302

    version = model.objects.latest("pk")
    assert version.made_by == eva
    assert timezone.now() - version.made_at < timedelta(minutes=1)
    assert version.valid_from == boston(2026, 4, 1, 9)


@pytest.mark.parametrize("model", ONLY_ADDED_TO)
def test_a_version_holds_from_now_unless_it_is_said(owner, model):
    form = owner.get(url(model, "add")).context["adminform"].form

    assert timezone.now() - form["valid_from"].initial < timedelta(minutes=1)


@pytest.mark.parametrize("model", ONLY_ADDED_TO)
def test_a_version_is_never_changed_or_deleted(owner, model):
    version = model.objects.first()
    as_it_was = vars(model.objects.first())

    changed = owner.post(url(model, "change", version.pk), version_form(model))
    deleted = owner.post(url(model, "delete", version.pk), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": version.pk, "post": "yes"}
    owner.post(url(model, "changelist"), action)

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert {**vars(model.objects.get(pk=version.pk)), "_state": 0} == {**as_it_was, "_state": 0}
    assert "A version is never changed or deleted" in text(
        owner.get(url(model, "change", version.pk))
    )


@pytest.mark.parametrize("model", ONLY_ADDED_TO)
def test_a_new_version_can_begin_as_a_copy(owner, model):
    newest = model.objects.order_by("-valid_from", "-pk").first()
    page = owner.get(url(model, "changelist")).content.decode()
    copy = page.split(f'href="{url(model, "add")}?')[1].split('"')[0].replace("&amp;", "&")

    form = owner.get(f"{url(model, 'add')}?{copy}").context["adminform"].form
    shown = {name: form[name].value() for name in form.fields if name != "valid_from"}
    given = {name: value for name, value in shown.items() if value is not None}
    assert owner.post(url(model, "add"), given | VALID_FROM).status_code == 302

    new = model.objects.latest("pk")
    copied = admin.site._registry[model].copied
    assert new.pk != newest.pk
    assert [getattr(new, name) for name in copied] == [getattr(newest, name) for name in copied]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hourly": "much"}, "“much” is not an amount"),
        ({"hourly": "-5"}, "A price is not negative."),
        ({"minimum_fee": "0"}, "Constraint “rate_prices_something” is violated."),
        ({"hourly": "9" * 30}, "That is too much"),
        ({"rounding_minutes": "0"}, "Constraint “rate_rounding_within_a_day” is violated."),
        ({"valid_from_0": "soon"}, "Enter a valid date."),
    ],
)
def test_a_rate_that_cannot_be_gets_a_sentence(owner, typed, sentence):
    response = owner.post(url(Rate, "add"), version_form(Rate) | typed)

    assert response.status_code == 200
    (error,) = errors(response)
    assert error.startswith(sentence)


def test_a_rate_is_typed_in_the_shop_s_currency(owner):
    owner.post(url(Rate, "add"), version_form(Rate))

    rate = Rate.objects.latest("pk")
    assert (rate.hourly, rate.minimum_fee) == (9550, 4000)
    assert "$95.50" in text(owner.get(url(Rate, "changelist")))


# -- what is only read ---------------------------------------------------------------------------


@pytest.mark.parametrize("model", ONLY_READ)
def test_what_happened_is_read_and_nothing_else(owner, history, model):
    row = model.objects.first()

    assert owner.get(url(model, "changelist")).status_code == 200
    assert owner.get(url(model, "change", row.pk)).status_code == 200
    assert owner.get(url(model, "add")).status_code == 403
    assert owner.post(url(model, "add"), {}).status_code == 403
    assert owner.post(url(model, "change", row.pk), {}).status_code == 403
    assert owner.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_what_arrived_is_shown_as_text(owner, history):
    Arrival.objects.create(
        via="x", source="x", raw=b"<script>\xff\0", sha256="", arrived_at=NINE, verdict="reply"
    )

    shown = owner.get(url(Arrival, "change", Arrival.objects.latest("pk").pk)).content.decode()

    assert "<pre>&lt;script&gt;\ufffd" in shown


# -- programs' keys ------------------------------------------------------------------------------


@pytest.fixture
def token(make_token):
    make_token("pbx")
    return ApiToken.objects.get()


def test_keys_are_listed_with_what_they_may_do_and_never_shown(owner, token):
    shown = owner.get(url(ApiToken, "changelist")).content.decode()

    assert "pbx" in shown
    assert "phone" in shown
    assert "manage.py create_token" in shown
    assert token.digest not in shown
    assert token.token_key not in shown


def test_no_key_is_made_in_the_admin(owner, token):
    assert owner.get(url(ApiToken, "add")).status_code == 403


def test_revoking_a_key_locks_its_program_out(owner, eva, token):
    shown = owner.get(url(ApiToken, "changelist")).content.decode()
    address = shown.split("/revoke/")[0].split('href="')[-1] + "/revoke/"

    asked = owner.get(address)
    assert "Revoke pbx?" in text(asked)
    assert token.digest not in asked.content.decode()
    assert ApiToken.objects.exists()

    owner.post(address)
    assert not ApiToken.objects.exists()
    assert LogEntry.objects.get().user == eva
    assert owner.post(address).status_code == 404


def test_only_owners_revoke(client, sara, token):
    client.force_login(sara)

    assert client.post("/admin/helpdesk/apitoken/abc/revoke/").status_code == 403
