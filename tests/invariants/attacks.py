"""At least one attack on every rule the database keeps, by the rule's name.

A constraint is called by its own name, a guard `table.guard`, a unique column `table.column`.
A new rule without an attack fails in test_the_database_says_no.
"""

from datetime import time, timedelta

from billing.models import (
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceMailing,
    NumberSeries,
    Rate,
    Settlement,
)
from helpdesk.models import (
    ApiToken,
    AuditEntry,
    Draft,
    IdempotencyKey,
    Invite,
    Lease,
    Presence,
    SavedView,
    WebhookDelivery,
    WebhookEndpoint,
)
from policies.models import (
    Calendar,
    CallbackClaim,
    CallbackWindow,
    CannedReply,
    Closure,
    FollowUp,
    FollowUpRule,
    OpeningHours,
    Promise,
    Quote,
    ReplyTemplate,
    Satisfaction,
    SpecialHours,
    Turnaround,
)
from tests.conftest import boston
from tests.invariants.strikes import Add, Change, Delete
from tickets.models import (
    Arrival,
    Attachment,
    Call,
    ContactPoint,
    Customer,
    CustomerMerge,
    Device,
    Interaction,
    Loan,
    LoanDevice,
    Mailbox,
    Notice,
    Notification,
    Offer,
    Service,
    Shop,
    Solution,
    Ticket,
    User,
    Watch,
)

NOON = boston(2026, 3, 2, 12)
HOUR = timedelta(hours=1)

OPEN = {"status": "open", "customer__isnull": False}
IN_WORDS = {"kind": "other", "status": "open"}
UNTOLD = {"told_at__isnull": True, "status": "open"}
A_NEW_INVOICE = {"ending": 9, "number": 99, "reference": "2026-0099"}
PART_PAID = {"invoice__ticket__charge": "charged"}
A_COPY = {"provider_id": None}
SAID = {"interaction__isnull": False}
UNUSED = {"used_at__isnull": True}
USED = {"used_at__isnull": False}


def _first(model, of):
    return model.objects.filter(**of).earliest("pk").pk


TICKETS = {
    "solution_has_a_title": [Change(Solution, {"title": ""})],
    "shop_is_one": [Add(Shop, but={"id": 2})],
    "user_extension_is_unique": [Change(User, {"extension": "102"}, of={"username": "sara"})],
    "tickets_user.username": [Change(User, {"username": "per"}, of={"username": "sara"})],
    "customer_has_a_name": [Change(Customer, {"name": ""})],
    "customer_is_not_merged_into_itself": [
        Change(Customer, {"merged_into_id": lambda row: row.pk})
    ],
    "contact_point_once": [Add(ContactPoint)],
    "contact_point_has_a_value": [Change(ContactPoint, {"value": ""})],
    "tickets_service.name": [Add(Service)],
    "ticket_ended_iff_status_ends_it": [
        Change(Ticket, {"status": "closed", "charge": "charged"}, of=OPEN),
        Change(Ticket, {"ended_at": NOON}, of=OPEN),
        Change(Ticket, {"status": "open"}, of={"status": "closed"}),
        Change(Ticket, {"ended_by_id": None}, of={"status": "closed"}),
        Change(Ticket, {"endings": 0}, of={"status": "closed"}),
    ],
    "ticket_closed_means_decided_and_identified": [
        Change(Ticket, {"charge": "undecided"}, of={"status": "closed"}),
        Change(Ticket, {"customer_id": None}, of={"status": "closed"}),
    ],
    "ticket_closed_free_has_a_reason": [
        Change(Ticket, {"gift_reason": ""}, of={"charge": "free"}),
    ],
    "ticket_billed_only_when_closed": [Change(Ticket, {"bill_at": NOON}, of=OPEN)],
    "ticket_merged_iff_it_says_into_what": [
        Change(Ticket, {"merged_into_id": lambda row: row.pk}, of=OPEN),
        Change(Ticket, {"status": "merged"}, of={"status": "closed"}),
    ],
    "interaction_once": [Add(Interaction, of={"kind": "call"})],
    "interaction_from_customer_has_a_ticket": [
        Change(Interaction, {"ticket_id": None}, of={"direction": "in"}),
    ],
    "interaction_note_iff_internal": [
        Add(Interaction, but={"kind": "note"}, of={"kind": "walk_in"}),
        Add(Interaction, but={"direction": "internal"}, of={"kind": "walk_in"}),
    ],
    "interaction_minutes_within_a_month": [Change(Interaction, {"minutes": 44641})],
    "call_answered_when_it_says_when": [Change(Call, {"answered_at": NOON})],
    "call_status_and_instants_go_together": [
        Change(Call, {"status": "ringing"}),
        Change(Call, {"status": "answered"}),
        Change(Call, {"ended_at": None}),
    ],
    "call_instants_in_order": [
        Change(Call, {"ended_at": lambda row: row.started_at - HOUR}),
        Change(Call, {"was_answered": True, "answered_at": lambda row: row.started_at - HOUR}),
    ],
    "tickets_call.interaction_id": [Add(Call)],
    "interaction_queued_iff_due": [
        Change(Interaction, {"due_at": NOON}, of={"status": "sent"}),
        Add(Interaction, but=A_COPY | {"due_at": None}, of={"status": "queued"}),
    ],
    "interaction_sent_iff_it_says_when": [
        Change(Interaction, {"sent_at": NOON}, of={"status": "logged"}),
        Add(Interaction, but=A_COPY | {"sent_at": None}, of={"status": "sent"}),
    ],
    "interaction_not_sent_says_why": [
        Change(Interaction, {"because": ""}, of={"status": "failed"}),
    ],
    "interaction_leaves_for_somebody": [
        Add(Interaction, but=A_COPY | {"recipient": ""}, of={"status": "queued"}),
        Add(Interaction, but=A_COPY | {"direction": "in"}, of={"status": "queued"}),
    ],
    "attachment_has_a_name": [Add(Attachment, but={"name": ""})],
    "arrival_not_filed_says_why": [Change(Arrival, {"verdict": "ignored"})],
    "tickets_arrival.place": [Add(Arrival, of={"place__isnull": False})],
    "tickets_mailbox.name": [Add(Mailbox)],
}

EASED = {"eased_at__isnull": False}
WORRIED = {"acknowledged_at__isnull": True, "status": "open", "concern": "Second time"}
OUT = {"returned_at__isnull": True}

DESK = {
    "ticket_acknowledged_is_a_concern_and_says_how": [
        Change(Ticket, {"acknowledged_at": NOON}, of=WORRIED),
        Change(Ticket, {"acknowledged_text": "Sorry."}, of=WORRIED),
        Change(Ticket, {"acknowledged_text": ""}, of=EASED),
        Change(Ticket, {"concern": ""}, of=EASED),
    ],
    "ticket_eased_after_it_was_acknowledged": [
        Change(Ticket, {"eased_at": NOON}, of=WORRIED),
        Change(
            Ticket, {"eased_at": NOON, "eased_by_id": lambda row: row.snoozed_by_id}, of=WORRIED
        ),
        Change(Ticket, {"eased_by_id": None}, of=EASED),
    ],
    "ticket_closed_means_their_concern_is_settled": [
        Change(Ticket, {"eased_at": None, "eased_by_id": None}, of=EASED),
    ],
    "ticket_snoozed_says_by_whom_and_why": [
        Change(Ticket, {"snoozed_because": ""}, of=WORRIED),
        Change(Ticket, {"snoozed_by_id": None}, of=WORRIED),
        Change(Ticket, {"snoozed_until": None}, of=WORRIED),
        Change(
            Ticket,
            {"snoozed_until": NOON, "snoozed_by_id": lambda row: row.eased_by_id}
            | {"snoozed_because": "x"},
            of=EASED,
        ),
    ],
    "device_has_a_name": [Change(Device, {"name": ""})],
    "device_price_has_a_currency": [
        Change(Device, {"currency": ""}),
        Change(Device, {"price": None}),
    ],
    "loan_device_has_a_name": [Change(LoanDevice, {"name": ""})],
    "loan_one_at_a_time": [Add(Loan, of=OUT)],
    "loan_returned_to_somebody": [
        Change(Loan, {"returned_at": NOON}, of=OUT),
        Change(Loan, {"returned_to_id": lambda row: row.lent_by_id}, of=OUT),
    ],
    "watch_once": [Add(Watch)],
    "notice_once": [Add(Notice, of=SAID)],
    "notice_of_one_thing": [
        Change(Notice, {"interaction_id": None}, of=SAID),
        Change(Notice, {"ticket_id": lambda row: row.interaction.ticket_id}, of=SAID),
        Change(Notice, {"ticket_id": None}, of={"ticket__isnull": False}),
    ],
    "notification_once": [Add(Notification)],
    "notification_is_due_or_settled": [
        Change(Notification, {"due_at": None}),
        Change(Notification, {"sent_at": NOON}),
        Change(Notification, {"because": "Nobody there"}),
        Change(Notification, {"due_at": None, "sent_at": NOON, "because": "Nobody there"}),
    ],
    "offer_once": [Add(Offer)],
    "customer_merge_once": [Add(CustomerMerge, of={"undone_at__isnull": True})],
    "customer_merge_of_two": [
        Add(CustomerMerge, but={"gone_id": lambda row: row.kept_id}, of={"undone_at__isnull": True})
    ],
    "customer_merge_undone_by_somebody": [
        Change(CustomerMerge, {"undone_at": NOON}, of={"undone_at__isnull": True}),
        Change(
            CustomerMerge,
            {"undone_by_id": lambda row: row.merged_by_id},
            of={"undone_at__isnull": True},
        ),
    ],
    "policies_callbackclaim.promise_id": [Add(CallbackClaim)],
    "canned_reply_has_a_title": [Change(CannedReply, {"title": ""})],
    "canned_reply_says_something": [Change(CannedReply, {"text": ""})],
    "draft_once": [Add(Draft)],
    "presence_once": [Add(Presence)],
}

POLICIES = {
    "policies_calendar.name": [Add(Calendar)],
    "hours_once": [Add(OpeningHours)],
    "hours_are_not_empty": [Change(OpeningHours, {"opens": time(17)})],
    "hours_on_a_weekday": [Change(OpeningHours, {"weekday": 7})],
    "closure_ends_after_it_begins": [
        Change(Closure, {"last_date": lambda row: row.first_date - timedelta(days=1)})
    ],
    "special_hours_once": [Add(SpecialHours)],
    "special_hours_are_not_empty": [Change(SpecialHours, {"closes": time(9)})],
    "callback_window_within_a_month": [
        Add(CallbackWindow, but={"minutes": 0}),
        Add(CallbackWindow, but={"minutes": 44641}),
    ],
    "turnaround_within_ten_years": [
        Add(Turnaround, but={"days": 0, "target_days": 0}),
        Add(Turnaround, but={"days": 3651}),
    ],
    "turnaround_target_is_not_later": [
        Add(Turnaround, but={"target_days": lambda row: row.days + 1})
    ],
    "quote_accepted_says_how": [
        Change(Quote, {"accepted_at": NOON}, of={"accepted_at__isnull": True}),
        Change(Quote, {"accepted_how": "phone"}, of={"accepted_at__isnull": True}),
    ],
    "quote_days_within_ten_years": [
        Add(Quote, but={"days": 0, "target_days": 0}),
        Add(Quote, but={"days": 3651}),
    ],
    "quote_target_is_not_later": [Add(Quote, but={"target_days": lambda row: row.days + 1})],
    "promise_open_iff_not_ended": [
        Change(Promise, {"status": "kept"}, of=IN_WORDS),
        Change(Promise, {"status": "kept", "ended_at": NOON}, of=IN_WORDS),
        Change(Promise, {"ended_at": NOON, "ended_because": "x"}, of=IN_WORDS),
    ],
    "promise_one_open_callback": [
        Add(Promise, but={"follows_id": None}, of={"kind": "callback", "status": "open"})
    ],
    "promise_one_open_per_quote": [Add(Promise, of={"kind": "turnaround", "status": "open"})],
    "promise_due_after_made": [
        Add(Promise, but={"due_at": lambda row: row.made_at - HOUR}, of=IN_WORDS)
    ],
    "promise_target_is_not_later": [
        Add(Promise, but={"target_at": lambda row: row.due_at + HOUR}, of=IN_WORDS)
    ],
    "promise_has_the_terms_of_its_kind": [
        Add(Promise, but={"kind": kind}, of=IN_WORDS) for kind in ("callback", "turnaround")
    ],
    "promise_told_says_what": [
        Change(Promise, {"told_at": NOON}, of=UNTOLD),
        Change(Promise, {"told_text": "By noon."}, of=UNTOLD),
    ],
    "policies_promise.follows_id": [
        Add(Promise, but={"kind": "other", "window_id": None}, of={"follows__isnull": False})
    ],
    "policies_followup.key": [Add(FollowUp, of={"sent__isnull": True})],
    "policies_followup.sent_id": [Add(FollowUp, but={"key": "x"}, of={"sent__isnull": False})],
    "follow_up_done_iff_it_says_when": [
        Change(FollowUp, {"done_at": NOON}, of={"status": "planned"}),
        Change(FollowUp, {"status": "done", "outcome": "x"}, of={"status": "planned"}),
        Change(FollowUp, {"status": "planned"}, of={"status": "done"}),
    ],
    "follow_up_not_planned_says_what": [
        Change(FollowUp, {"outcome": ""}, of={"status": "done"}),
        Change(FollowUp, {"status": "task"}, of={"status": "planned"}),
    ],
    "policies_followuprule.rule": [Add(FollowUpRule)],
    "policies_satisfaction.follow_up_id": [Add(Satisfaction)],
    "satisfaction_says_how_it_was_given": [Add(Satisfaction, but={"asked_by_id": None})],
    "reply_template_once": [Add(ReplyTemplate)],
    "reply_template_has_words": [Change(ReplyTemplate, {"text": ""})],
}

BILLING = {
    "rate_prices_something": [
        Add(Rate, but={"minimum_fee": 0}),
        Add(Rate, but={"minimum_fee": 10**12 + 1}),
    ],
    "rate_hourly_within": [Add(Rate, but={"hourly": 10**12 + 1})],
    "rate_rounding_within_a_day": [
        Add(Rate, but={"rounding_minutes": 0}),
        Add(Rate, but={"rounding_minutes": 1441}),
    ],
    "series_once": [Add(NumberSeries)],
    "invoice_once_per_ending": [Add(Invoice, but={"number": 99, "reference": "2026-0099"})],
    "invoice_number_once": [Add(Invoice, but={"ending": 9, "reference": "2026-0099"})],
    "billing_invoice.reference": [Add(Invoice, but={"ending": 9, "number": 99})],
    "invoice_is_worth_something": [
        Add(Invoice, but=A_NEW_INVOICE | {"total": 0}),
        Add(Invoice, but=A_NEW_INVOICE | {"line_count": 0}),
    ],
    "line_once": [Add(InvoiceLine, but={"amount": 0})],
    "line_from_one": [Add(InvoiceLine, but={"amount": 0, "position": 0})],
    "billing_invoicedocument.invoice_id": [Add(InvoiceDocument)],
    "billing_invoicemailing.invoice_id": [
        Add(
            InvoiceMailing,
            but={"follow_up_id": lambda row: _first(FollowUp, {"invoice_mailing": None})},
        )
    ],
    "billing_invoicemailing.follow_up_id": [
        Add(InvoiceMailing, but={"invoice_id": lambda row: _first(Invoice, {"mailing": None})})
    ],
    "settlement_is_positive": [Add(Settlement, but={"amount": 0}, of=PART_PAID)],
    "settlement_gift_has_a_reason": [
        Add(Settlement, but={"kind": "gift", "reason": ""}, of=PART_PAID)
    ],
}

DOORS = {
    "helpdesk_invite.user_id": [Add(Invite, of=USED)],
    "invite_used_iff_it_made_a_user": [
        Change(Invite, {"used_at": NOON}, of=UNUSED),
        Change(Invite, {"user_id": lambda row: row.invited_by_id}, of=UNUSED),
        Change(Invite, {"used_at": None}, of=USED),
        Change(Invite, {"user_id": None}, of=USED),
    ],
    "saved_view_once": [Add(SavedView)],
    "saved_view_has_a_name": [Change(SavedView, {"name": ""})],
    "token_has_a_name": [Change(ApiToken, {"name": ""})],
    "lease_once": [Add(Lease)],
    "idempotency_key_once": [Add(IdempotencyKey)],
    "idempotency_key_answered_whole": [
        Change(IdempotencyKey, {"code": 201}),
        Change(IdempotencyKey, {"answer": "{}"}),
    ],
    "webhook_disabled_says_why": [
        Change(WebhookEndpoint, {"disabled_at": NOON}),
        Change(WebhookEndpoint, {"disabled_because": "Gone"}),
    ],
    "webhook_delivery_once": [Add(WebhookDelivery)],
    "webhook_delivery_queued_iff_due": [
        Change(WebhookDelivery, {"due_at": None}),
        Change(WebhookDelivery, {"status": "delivered"}),
    ],
}

CONSTRAINTS = TICKETS | DESK | POLICIES | BILLING | DOORS

LEDGERS = (
    *(Customer, ContactPoint, Ticket, Interaction, Attachment, Call, Arrival),
    *(CustomerMerge, Device, Loan),
    *(CallbackWindow, Turnaround, Quote, Promise, FollowUp, Satisfaction),
    *(Rate, NumberSeries, Invoice, InvoiceLine, InvoiceDocument, InvoiceMailing, Settlement),
)

GUARDS = {
    **{f"{model._meta.db_table}.kept": [Delete(model)] for model in LEDGERS},
    "tickets_ticket.frozen": [Change(Ticket, {"opened_at": NOON})],
    "tickets_ticket.once": [
        Change(Ticket, {"acknowledged_at": NOON}, of=EASED),
        Change(
            Ticket,
            {
                "acknowledged_by_id": lambda row: (
                    User.objects.exclude(pk=row.acknowledged_by_id).earliest("pk").pk
                )
            },
            of=EASED,
        ),
    ],
    "tickets_customermerge.frozen": [Change(CustomerMerge, {"tickets": [1]})],
    "tickets_customermerge.once": [
        Change(CustomerMerge, {"undone_at": NOON}, of={"undone_at__isnull": False}),
    ],
    "tickets_loan.frozen": [Change(Loan, {"lent_at": NOON}, of=OUT)],
    "tickets_loan.once": [Change(Loan, {"returned_at": NOON}, of={"returned_at__isnull": False})],
    "tickets_interaction.frozen": [
        Change(Interaction, {"happened_at": NOON}),
        Change(Interaction, {"recipient": "eve@example.com"}, of={"status": "sent"}),
    ],
    "tickets_interaction.once": [
        Change(Interaction, {"provider_id": "<forged@x>"}, of={"status": "sent"}),
        Change(Interaction, {"sent_at": NOON}, of={"status": "sent"}),
    ],
    "tickets_interaction.way": [Change(Interaction, {"via": "carrier"}, of={"status": "sent"})],
    "tickets_attachment.frozen": [
        Change(Attachment, {"name": "forged.pdf"}),
        Change(Attachment, {"size": 2}),
    ],
    "tickets_arrival.frozen": [
        Change(Arrival, {"raw": b"forged"}),
        Change(Arrival, {"sha256": "forged"}),
    ],
    "policies_callbackwindow.frozen": [Change(CallbackWindow, {"minutes": 10})],
    "policies_turnaround.frozen": [Change(Turnaround, {"risks": "none"})],
    "policies_quote.frozen": [Change(Quote, {"risks": "none"})],
    "policies_quote.once": [
        Change(Quote, {"accepted_how": "phone"}, of={"accepted_how": "counter"}),
        Change(Quote, {"accepted_at": None, "accepted_how": None}, of={"accepted_how": "counter"}),
    ],
    "policies_promise.frozen": [
        Change(Promise, {"due_at": lambda row: row.due_at + HOUR}, of=IN_WORDS),
        Change(Promise, {"what": "Less than that"}, of=IN_WORDS),
    ],
    "policies_promise.once": [
        Change(Promise, {"told_text": "Sometime"}, of={"told_at__isnull": False}),
        Change(Promise, {"told_at": None, "told_text": None}, of={"told_at__isnull": False}),
        Change(Promise, {"ended_because": "x"}, of={"status": "kept"}),
        Change(Promise, {"kept_by_id": None}, of={"kept_by__isnull": False}),
        Change(
            Promise,
            {"kept_by_id": lambda row: Interaction.objects.latest("pk").pk},
            of={"kept_by__isnull": False},
        ),
    ],
    "policies_promise.fate": [
        Change(Promise, {"status": "void"}, of={"status": "kept"}),
        Change(
            Promise,
            {"ended_by_id": lambda row: User.objects.earliest("pk").pk},
            of={"status": "kept", "ended_by__isnull": True},
        ),
    ],
    "policies_followup.frozen": [Change(FollowUp, {"planned_at": NOON})],
    "policies_followup.once": [
        Change(FollowUp, {"done_at": NOON}, of={"status": "done"}),
        Change(FollowUp, {"sent_id": None}, of={"sent__isnull": False}),
        Change(
            FollowUp,
            {"sent_id": lambda row: Interaction.objects.latest("pk").pk},
            of={"sent__isnull": False},
        ),
    ],
    "policies_satisfaction.frozen": [
        Change(Satisfaction, {"is_happy": False}),
        Change(Satisfaction, {"words": "Delighted"}),
    ],
    "billing_invoicemailing.frozen": [
        Change(InvoiceMailing, {"invoice_id": lambda row: _first(Invoice, {"mailing": None})})
    ],
    "billing_rate.frozen": [Change(Rate, {"hourly": 1})],
    "billing_numberseries.frozen": [
        Change(NumberSeries, {"year": 2030, "last": lambda row: row.last + 1})
    ],
    "billing_numberseries.one_at_a_time": [
        Change(NumberSeries, {"last": lambda row: row.last + 2}),
        Change(NumberSeries, {"last": lambda row: row.last - 1}),
        Change(NumberSeries, {"last": lambda row: row.last}),
    ],
    "billing_invoice.frozen": [Change(Invoice, {"total": 1})],
    "billing_invoiceline.frozen": [Change(InvoiceLine, {"description": "Nothing"})],
    "billing_invoiceline.complete": [
        Add(InvoiceLine, but={"position": 2, "amount": 0}),
        Add(InvoiceLine, but={"position": 2}),
    ],
    "billing_invoicedocument.frozen": [Change(InvoiceDocument, {"pdf": b"forged"})],
    "billing_settlement.frozen": [Change(Settlement, {"amount": 1})],
    "billing_settlement.within_total": [
        Add(Settlement, but={"amount": 1}, of={"kind": "gift"}),
        Add(Settlement, but={"amount": 4401}, of=PART_PAID),
    ],
    "helpdesk_auditentry.frozen": [
        Change(AuditEntry, {"action": "saw"}),
        Change(AuditEntry, {"user_id": None}),
        Change(AuditEntry, {"at": NOON}),
        Change(AuditEntry, {"changes": {"role": ["", "owner"]}}),
    ],
}

ATTACKS = CONSTRAINTS | GUARDS
