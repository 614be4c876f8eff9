"""What happens, and in which order.

The one place that knows tickets, policies and billing all at once. Each function is something
that happened in the world; each line in it is one step. People, programs, providers and the clock
come in through helpdesk.web, .api, .hooks, .tasks and the commands, which call in here and decide
nothing themselves.
"""

from helpdesk.journey.calls import (
    VoicemailLeft,
    call_event,
    call_journaled,
    telephone_told,
    unreadable_event,
    voicemail_left,
)
from helpdesk.journey.clock import (
    call_fell_silent,
    follow_up_came_due,
    message_came_due,
    message_given_up,
    promise_came_due,
)
from helpdesk.journey.contacts import (
    Contact,
    Direction,
    Logged,
    contact_logged,
    contact_moved,
    customer_entered,
    customer_identified,
    customer_met,
    customer_reached_by,
    customer_rewritten,
    note_added,
    number_learnt,
)
from helpdesk.journey.mail import arrival_read_again, mail_arrived, mail_refused
from helpdesk.journey.messages import (
    OUTBOX,
    delivery_reported,
    form_arrived,
    message_retried,
    opted_out,
    sender_accepted,
    staff_answered,
    text_arrived,
)
from helpdesk.journey.promises import (
    callback_promised,
    promise_ended,
    promise_told,
    promised,
    quote_accepted,
    quoted,
)
from helpdesk.journey.satisfaction import satisfaction_asked, task_done
from helpdesk.journey.tickets import (
    invoice_paid,
    marked_spam,
    ticket_assigned,
    ticket_billed,
    ticket_closed,
    ticket_described,
    ticket_moved,
    ticket_reopened,
    tickets_merged,
)

__all__ = [
    "OUTBOX",
    "Contact",
    "Direction",
    "Logged",
    "VoicemailLeft",
    "arrival_read_again",
    "call_event",
    "call_fell_silent",
    "call_journaled",
    "callback_promised",
    "contact_logged",
    "contact_moved",
    "customer_entered",
    "customer_identified",
    "customer_met",
    "customer_reached_by",
    "customer_rewritten",
    "delivery_reported",
    "follow_up_came_due",
    "form_arrived",
    "invoice_paid",
    "mail_arrived",
    "mail_refused",
    "marked_spam",
    "message_came_due",
    "message_given_up",
    "message_retried",
    "note_added",
    "number_learnt",
    "opted_out",
    "promise_came_due",
    "promise_ended",
    "promise_told",
    "promised",
    "quote_accepted",
    "quoted",
    "satisfaction_asked",
    "sender_accepted",
    "staff_answered",
    "task_done",
    "telephone_told",
    "text_arrived",
    "ticket_assigned",
    "ticket_billed",
    "ticket_closed",
    "ticket_described",
    "ticket_moved",
    "ticket_reopened",
    "tickets_merged",
    "unreadable_event",
    "voicemail_left",
]
