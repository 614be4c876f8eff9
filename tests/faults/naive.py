"""How one would do it at first: what the kill test has to catch.

The mail is sent by a task that the issuing task asks for: killed in between, nobody knows of it.
"""

import django
from celery import shared_task
from django.core.mail import EmailMessage
from django.utils.timezone import now

from helpdesk.celery import app
from tests.faults.invoices import subject

django.setup()

from billing import gifts, invoicing  # noqa: E402 - models want Django first
from billing.models import Invoice  # noqa: E402

app.conf.update(
    task_acks_late=False,
    task_reject_on_worker_lost=False,
    worker_prefetch_multiplier=4,
    beat_schedule={
        "tick": {"task": "tests.faults.naive.tick", "schedule": 1, "options": {"expires": 1}}
    },
)


@shared_task
def tick():
    for ticket in invoicing.due(now()):
        issue.delay(ticket.pk)


@shared_task
def issue(number):
    ticket = invoicing.due(now()).filter(pk=number).first()
    if ticket is None:
        return
    invoice = gifts.bill(ticket, now=now())
    invoicing.done(ticket)
    if invoice is not None:
        send.delay(invoice.pk)


@shared_task
def send(key):
    invoice = Invoice.objects.select_related("customer").get(pk=key)
    address = invoice.customer.contact_points.get(kind="email").value
    EmailMessage(subject(invoice.reference), "$0.00 due, PAID", to=[address]).send()
