"""Reading a page as staff do: its words, its messages, what it says is wrong."""

import re
from html import unescape

from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

# What everybody is told whose page was out of date.
CHANGED = "Somebody else changed this first. Here is how it stands now."


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response, form="panel"):
    """What is wrong with a form of the ticket's page, by field."""
    assert response.status_code == 422
    return response.context[form].errors.get_json_data()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def count_queries(client, address, **more):
    """Return how many statements a page takes."""
    assert connection.features.supports_json_field  # which Django asks SQLite once
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, **more).status_code == 200
    return len(captured)
