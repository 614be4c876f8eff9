"""From the stored rows of an invoice to the page the customer gets."""

from datetime import date

from django.utils import translation

from billing import paper
from billing.models import Invoice, InvoiceLine, Settlement
from billing.money import Money, say
from policies import wording
from tickets.models import Shop

WORDS = {"en": paper.ENGLISH, "sv": paper.SWEDISH}
LETTER_COUNTRIES = {"US", "CA", "MX", "PH", "CL", "CO", "VE", "CR", "PA", "GT", "SV", "PR", "DO"}


def draw(invoice: Invoice) -> bytes:
    """Draw `invoice` as PDF: the same rows give the same bytes."""
    with translation.override(invoice.language):  # whoever asks may read another
        return paper.render(_paper(invoice, Shop.objects.current()))


def _paper(invoice: Invoice, shop: Shop) -> paper.Paper:
    settlements = list(invoice.settlements.select_related("author").order_by("pk"))
    due = invoice.total - sum(settlement.amount for settlement in settlements)
    is_gift = due == 0 and all(each.kind == Settlement.Kind.GIFT for each in settlements)

    def amount(minor: int) -> str:
        written = wording.locale(invoice.language, shop.region)
        return say(Money(minor, invoice.currency), str(written))

    def day(on: date) -> str:
        return wording.day(on, language=invoice.language, region=shop.region)

    return paper.Paper(
        language=invoice.language,
        number=invoice.reference,
        issue_date=day(invoice.issue_date),
        supply_date=day(invoice.supply_date),
        ticket=f"#{invoice.ticket_id}",
        seller=paper.Party(invoice.seller_name, _seller(invoice)),
        buyer=paper.Party(invoice.buyer_name, tuple(invoice.buyer_address.splitlines())),
        lines=tuple(
            paper.Line(
                description=line.description,
                quantity=_quantity(line),
                unit_price=amount(line.unit_price),
                amount=amount(line.amount),
            )
            for line in invoice.lines.all()
        ),
        total=amount(invoice.total),
        payments=tuple(
            paper.Payment(
                label=settlement.get_kind_display(),
                amount=amount(-settlement.amount),
                note=f"{settlement.reason} ({settlement.author})".strip(),
            )
            for settlement in settlements
        ),
        due=amount(due),
        is_paid=due == 0,
        is_gift=is_gift,
        note="",
        issued_at=invoice.issued_at,
        words=WORDS.get(invoice.language, paper.ENGLISH),
        page="Letter" if shop.region in LETTER_COUNTRIES else "A4",
        logo=bytes(shop.logo or b""),
    )


def _seller(invoice: Invoice) -> tuple[str, ...]:
    lines = [*invoice.seller_address.splitlines(), *invoice.seller_contact.split(" · ")]
    return tuple(filter(None, [*lines, invoice.seller_tax_id]))


def _quantity(line: InvoiceLine) -> str:
    return "1" if line.minutes is None else f"{line.minutes} min"
