"""Asking for a sample shop: the same seed tells the same story, and a real shop is left alone."""

import pytest
from django.apps import apps
from django.core.management import CommandError

from tests.sample.conftest import rolled_back
from tickets.models import Event, Shop, Ticket

pytestmark = pytest.mark.django_db

# A Message-ID and a password hold a random part, paper is drawn from what else is compared, and
# an Event is stamped by the database's own clock.
RANDOM = {"password", "provider_id", "raw", "sha256", "pdf", "made_at", "date_joined", "beat_at"}
OURS = ("tickets", "policies", "billing", "helpdesk")


def rows():
    """Return everything in the shop, by table, without what is random on purpose."""
    found = {}
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            names = [field.attname for field in model._meta.fields if field.name not in RANDOM]
            if model is Event:
                names.remove("happened_at")
            found[model.__name__] = list(model.objects.order_by("pk").values_list(*names))
    return found


@pytest.mark.only("sqlite")  # PostgreSQL does not give numbers back when it rolls back
def test_the_same_seed_tells_the_same_story(plant):
    with rolled_back():
        plant(weeks=1, seed=7)
        once = rows()
    with rolled_back():
        plant(weeks=1, seed=7)
        again = rows()

    assert len(once["Ticket"]) > 20
    assert again == once


def test_a_real_shop_is_left_alone(plant, shop):
    with pytest.raises(CommandError, match="There is a shop here already, Dahl & Daughters"):
        plant(weeks=1)
    assert not Shop.objects.current().is_sample
    assert not Ticket.objects.exists()


def test_there_is_one_sample_shop(plant, shop):
    shop.is_sample = True
    shop.save()
    with pytest.raises(CommandError, match="The sample shop is here already"):
        plant(weeks=1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"weeks": 0}, "--weeks is between 1 and 52"),
        ({"weeks": 53}, "--weeks is between 1 and 52"),
        ({"now": "yesterday"}, "--now is an instant like"),
        ({"now": "2999-01-01T10:00"}, "--now lies in the future"),
        ({"now": "2999-01-01T10:00+01:00"}, "--now lies in the future"),
    ],
)
def test_what_cannot_be_told(plant, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        plant(**{"weeks": 1} | options)
    assert not Shop.objects.exists()
