"""Scenes in writing: mails and texts, what comes back by itself, and what comes back unwanted."""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from helpdesk import journey
from helpdesk.journey import Contact, Direction
from helpdesk.sample import cast, desk, letters, words
from helpdesk.sample.people import AWAY_MAIL, DEAD_MAIL, MISHEARD, Person
from helpdesk.sample.stage import HOUR, MINUTE, SOURCE, Stage
from helpdesk.sample.words import Talk
from policies.follow_ups.satisfaction import AskWhetherHappy
from policies.models import FollowUp, Promise
from tickets.channels.contract import Inbound
from tickets.channels.kannel import KannelSms
from tickets.models import Interaction, Ticket
from tickets.models.work import Kind
from tickets.outbox import Route

INBOX = "help@dahl-repair.example/INBOX"
FORM = "application/x-www-form-urlencoded"
MACHINES = (DEAD_MAIL, AWAY_MAIL)
NOWHERE = (DEAD_MAIL, MISHEARD.mail)
OFFICE = ("sara", "sara", "amal", "per")
UNHAPPY_EVERY = 6  # of those who answer in writing


def mail(stage: Stage, at: datetime) -> None:
    """They write, we answer within the window, mostly, and they write again."""
    person = stage.asker(_writes)
    talk = stage.draw(words.SWEDISH_MAILS if person.language == "sv" else words.MAILS)
    text = f"{talk.said}\n{person.name}\n"
    ticket = _mailed(stage, person.name, person.mail, talk.subject, text, at)
    stage.plan(at + MINUTE, stage.tick)
    _answer_later(stage, ticket, person, talk, at)


def _writes(person: Person) -> int:
    if not person.mail or person.mail in MACHINES:
        return 0
    return 3 if person.prefers == "email" else 1


def _mailed(
    stage: Stage,
    name: str,
    address: str,
    subject: str,
    text: str,
    at: datetime,
    answers: Interaction | None = None,
) -> Ticket | None:
    raw = letters.written(
        (name, address),
        stage.shop.sends_from,
        number=stage.serial(),
        subject=subject,
        text=text,
        at=at,
        answers=answers,
    )
    arrival = journey.mail_arrived(raw, source=INBOX, now=at)
    return arrival.interaction.ticket if arrival.interaction else None


def text(stage: Stage, at: datetime) -> None:
    person = stage.asker(_texts)
    talk = stage.draw(words.SWEDISH_TEXTS if person.language == "sv" else words.TEXTS)
    ticket = _texted(stage, person.number, talk.said, at)
    stage.plan(at + MINUTE, stage.tick)
    _answer_later(stage, ticket, person, talk, at)


def _texts(person: Person) -> int:
    if person.is_business:
        return 0
    return 8 if person.prefers == "sms" else 1


def _texted(stage: Stage, number: str, said: str, at: datetime) -> Ticket | None:
    serial = f"sample-{stage.serial()}"
    to = cast.PLAN.phone
    inbound = Inbound(
        via=KannelSms.slug, provider_id=serial, sender=number, text=said, recipient=to
    )
    raw = urlencode({"id": serial, "from": number, "to": to, "text": said}).encode()
    filed = journey.text_arrived(inbound, raw, content_type=FORM, source=SOURCE, now=at)
    return filed.ticket if filed else None


def _answer_later(
    stage: Stage, ticket: Ticket | None, person: Person, talk: Talk, at: datetime
) -> None:
    promise = Promise.objects.open().filter(ticket=ticket).first()
    if ticket is None or promise is None:
        return
    share = stage.chance.choice([0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.2])
    due = stage.at_work(at + (promise.due_at - at) * share)
    stage.plan(due, partial(_answered, stage, ticket, person, talk))


def _answered(stage: Stage, ticket: Ticket, person: Person, talk: Talk, at: datetime) -> None:
    customer = stage.customer(person, at)
    ticket.refresh_from_db()
    if ticket.is_ended or ticket.contact_point is None:
        return
    if ticket.customer is None:
        journey.customer_identified(ticket, customer)
    by = stage.by(*OFFICE)
    kind = Kind.SMS if ticket.contact_point.kind == "phone" else Kind.EMAIL
    letter = journey.staff_answered(
        ticket, Route(kind, ticket.contact_point), talk.answer, by=by, now=at
    )
    stage.plan(at + MINUTE, stage.tick)
    journey.note_added(ticket, "Time for the answer.", by=by, now=at, minutes=talk.minutes)
    if talk.reply:
        later = timedelta(minutes=stage.chance.randint(30, 1200))
        stage.plan(stage.awake(at + later), partial(_replied, stage, letter, person, talk))
    stage.plan(stage.at_work(at + 26 * HOUR), partial(_settled, stage, ticket, talk))


def _replied(stage: Stage, letter: Interaction, person: Person, talk: Talk, at: datetime) -> None:
    if letter.kind == Kind.SMS:
        _texted(stage, person.number, talk.reply, at)
    else:
        subject = _re(letter)
        _mailed(stage, person.name, person.mail, subject, talk.reply, at, answers=letter)
    stage.plan(at + MINUTE, stage.tick)


def _re(letter: Interaction) -> str:
    return f"Re: {letter.subject.removeprefix('Re: ')}"


def _settled(stage: Stage, ticket: Ticket, talk: Talk, at: datetime) -> None:
    by = stage.by(*OFFICE)
    if talk.minutes > 9 and stage.happens(0.4):
        stage.close_charged(ticket, at, by=by)
    else:
        stage.close_free(ticket, "Advice by mail or text", at, by=by)


def spam(stage: Stage, at: datetime) -> None:
    address, name, subject, said = stage.draw(words.SPAM_MAILS)
    ticket = _mailed(stage, name, address, subject, said, at)
    if ticket is not None and not ticket.is_ended:
        stage.plan(stage.at_work(at + 25 * MINUTE), partial(_marked, stage, ticket))


def _marked(stage: Stage, ticket: Ticket, at: datetime) -> None:
    ticket.refresh_from_db()
    if not ticket.is_ended:
        journey.marked_spam(ticket, by=stage.staff["sara"], now=at)


def stop(stage: Stage, at: datetime) -> None:
    """They want no texts any more: said with a word, answered once."""
    person = stage.asker(lambda it: 1 if it.prefers == "phone" and not it.is_business else 0)
    ticket = _texted(stage, person.number, words.STOP, at)
    stage.plan(at + MINUTE, stage.tick)
    if ticket is not None:
        stage.plan(stage.at_work(at + HOUR), partial(_noted, stage, ticket, person))


def _noted(stage: Stage, ticket: Ticket, person: Person, at: datetime) -> None:
    customer = stage.customer(person, at)
    ticket.refresh_from_db()
    if ticket.customer is None and not ticket.is_ended:
        journey.customer_identified(ticket, customer)
    stage.close_free(ticket, "Nothing to do: noted the wish", at, by=stage.staff["sara"])


def written_to_nowhere(stage: Stage, at: datetime) -> None:
    """Sara writes to an address she heard wrong; that it came back waits for her."""
    talk, sara = words.TO_NOWHERE, stage.staff["sara"]
    asked = Contact(Kind.WALK_IN, Direction.IN, talk.said, heard_at=at, minutes=3)
    customer = stage.customer(MISHEARD, at)
    logged = journey.contact_logged(
        asked, by=sara, now=at + 3 * MINUTE, customer=customer, subject=talk.subject
    )
    route = Route(Kind.EMAIL, stage.point(MISHEARD.mail))
    journey.staff_answered(logged.ticket, route, talk.answer, by=sara, now=at + 9 * MINUTE)
    stage.plan(at + 10 * MINUTE, stage.tick)


# -- what our own letters bring back -------------------------------------------------------------


def echo(stage: Stage, letter: Interaction, at: datetime) -> None:
    """A letter of ours has left: an address may be dead, its owner away, or glad, or not."""
    if letter.kind != Kind.EMAIL:
        return
    if letter.recipient in NOWHERE:
        stage.plan(at + 2 * MINUTE, partial(_bounced, stage, letter))
    elif letter.recipient == AWAY_MAIL:
        stage.plan(at + MINUTE, partial(_is_away, stage, letter))
    elif _is_question(letter):
        if stage.happens(0.7):
            later = timedelta(minutes=stage.chance.randint(20, 900))
            stage.plan(stage.awake(at + later), partial(_says_whether_happy, stage, letter))
    elif letter.is_automatic and "invoice" in letter.subject.lower() and stage.happens(0.12):
        thanks = stage.chance.choice(words.THANKS)
        stage.plan(at + 90 * MINUTE, partial(_writes_back, stage, letter, thanks))


def _is_question(letter: Interaction) -> bool:
    return FollowUp.objects.filter(rule=AskWhetherHappy.slug, sent=letter).exists()


def _bounced(stage: Stage, letter: Interaction, at: datetime) -> None:
    letter.refresh_from_db()
    raw = letters.bounced(letter, stage.shop.sends_from, number=stage.serial(), at=at)
    journey.mail_arrived(raw, source=INBOX, now=at)


def _is_away(stage: Stage, letter: Interaction, at: datetime) -> None:
    raw = letters.written(
        ("Horizon Travel", AWAY_MAIL),
        stage.shop.sends_from,
        number=stage.serial(),
        subject=f"Automatic reply: {letter.subject}",
        text=words.OUT_OF_OFFICE,
        at=at,
        answers=letter,
        is_automatic=True,
    )
    journey.mail_arrived(raw, source=INBOX, now=at)


def _says_whether_happy(stage: Stage, letter: Interaction, at: datetime) -> None:
    language = letter.ticket.customer.language if letter.ticket and letter.ticket.customer else "en"
    answers = stage.serial()
    is_happy = answers % UNHAPPY_EVERY != 0
    said = stage.chance.choice(words.YES[language]) if is_happy else words.NO[language]
    _writes_back(stage, letter, said, at)
    ticket = letter.ticket
    if ticket is not None and not is_happy:
        due = stage.at_work(at + 2 * HOUR)
        stage.plan(due, partial(desk.made_good, stage, ticket))


def _writes_back(stage: Stage, letter: Interaction, said: str, at: datetime) -> None:
    who = letter.ticket.who if letter.ticket else ""
    subject = _re(letter)
    _mailed(stage, who, letter.recipient, subject, said, at, answers=letter)
    stage.plan(at + MINUTE, stage.tick)
