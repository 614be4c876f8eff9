"""Mails as customers send them, and what becomes of ours."""

from email.message import EmailMessage

from helpdesk import journey
from tickets import outbox
from tickets.models import Arrival, Interaction

FORMATTED = """<p>Dear shop,</p>
<p>see <a href="https://example.com/a">our page</a>. <b>Urgent!</b></p>
<img src="https://tracker.invalid/1.gif"><style>p{position:fixed}</style>
<table><tr><td>Model</td><td>T14</td></tr></table>"""


def arrive(raw, *, now, place=None):
    return journey.mail_arrived(raw, source="help@shop.example/INBOX", place=place, now=now)


def written(ticket, body="It is wet.", *, now, sender="Ingrid Berg <ingrid@example.com>", **more):
    """Let a mail arrive that names `ticket`; the interaction it became."""
    arrival = arrive(mail(body, ticket=ticket, sender=sender, **more), now=now)
    return arrival.interaction


def mail(body="It is wet.", *, ticket=None, sender="Ingrid Berg <ingrid@example.com>", **more):
    """Build one, answering our last mail on `ticket` where there is one."""
    built = EmailMessage()
    built["From"] = sender
    built["To"] = "help@shop.example"
    built["Subject"] = more.get("subject", "My laptop")
    built["Message-ID"] = f"<{more.get('id', Arrival.objects.count())}@example.com>"
    if ticket is not None and (ours := _ours(ticket)):
        built["In-Reply-To"] = ours
    built.set_content(body)
    if "html" in more:
        built.add_alternative(more["html"], subtype="html")
    for name, content, kind in more.get("files", ()):
        main, _slash, sub = kind.partition("/")
        built.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return built.as_bytes()


def _ours(ticket):
    mails = Interaction.objects.filter(ticket=ticket, direction="out", kind="email")
    return mails.order_by("-pk").values_list("provider_id", flat=True).first()


def unreadable(now):
    """What is no mail at all; it is put aside, each once."""
    return arrive(b"\x00\x01 <script>alert(1)</script> %d" % Arrival.objects.count(), now=now)


def answered(ticket, by, *, now, text="It is ready."):
    """Let staff write to whom `ticket` is about, by the way they prefer."""
    return journey.staff_answered(ticket, outbox.routes(ticket)[0], text, by=by, now=now)


def fate(message, status, **fields):
    """Say what became of one of ours."""
    given = {"due_at": None, "because": ""} | fields
    Interaction.objects.filter(pk=message.pk).update(status=status, **given)
