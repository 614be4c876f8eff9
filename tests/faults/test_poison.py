"""A row that cannot be done: it is given up, and keeps nobody waiting."""

from tests.faults.conftest import INVOICES, WORLD
from tests.faults.stack import Stack, eventually

# Businesses are promised by a calendar without hours: nothing can follow a broken promise.
POISON = f"""
{WORLD}
ticket = opened(kind="business")
overdue = now() - timedelta(days=5)
promises.owe_callback(ticket, at=overdue)
never = Calendar.objects.create(name="Never", zone="UTC")
CallbackWindow.objects.create(
    calendar=never, minutes=60, customer_kind="business",
    valid_from=overdue + timedelta(minutes=1), made_at=overdue,
)
"""
MEND = f"""
{WORLD}
always = Calendar.objects.exclude(name="Never").get()
CallbackWindow.objects.create(
    calendar=always, minutes=60, customer_kind="business", valid_from=now(), made_at=now(),
)
duties.try_again(Lease.objects.get())
"""


def test_a_poison_row_is_given_up_and_the_others_flow(tmp_path):
    with Stack(tmp_path, RETRY_SECONDS="0") as stack:
        stack.python(POISON)
        stack.start("worker")
        stack.start("beat")
        stack.python(f"{WORLD}\nfor each in range(3): closed(opened())")

        eventually(lambda: stack.sql(INVOICES) == [(3,)])
        given_up = "SELECT duty, attempts FROM helpdesk_lease WHERE given_up_at IS NOT NULL"
        eventually(lambda: stack.sql(given_up) == [("promises", 8)])
        assert stack.sql("SELECT status FROM policies_promise") == [("open",)]

        stack.python(MEND)

        promises = "SELECT status FROM policies_promise ORDER BY id"
        eventually(lambda: stack.sql(promises) == [("broken",), ("open",)])
        assert stack.sql("SELECT count(*) FROM helpdesk_lease") == [(0,)]
