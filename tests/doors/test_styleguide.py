"""All components on one page, for whoever builds pages, and for nobody else."""

import re

import pytest

from helpdesk.web import styleguide
from tickets.models import Ticket


@pytest.fixture
def guide(client, sara, settings):
    client.force_login(sara)
    settings.DEBUG = True
    return client.get("/styleguide/")


def test_outside_of_debug_it_is_not_there(client, sara):
    client.force_login(sara)

    assert client.get("/styleguide/").status_code == 404


def test_it_shows_every_mark(guide):
    html = guide.content.decode()

    assert guide.status_code == 200
    for mark in styleguide.MARKS:
        assert f'<span class="mark {mark}">mark {mark}</span>' in html


def test_it_knows_every_mark_of_the_stylesheet(pytestconfig):
    css = (pytestconfig.rootpath / "helpdesk/static/helpdesk/css/helpdesk.css").read_text()

    assert set(re.findall(r"\.mark\.(\w+)", css)) | {"open"} == set(styleguide.MARKS) | {"mark"}


def test_it_needs_no_rows_and_leaves_none(guide):
    assert guide.context["promises"]
    assert not Ticket.objects.exists()
