"""The sample shop itself, and who works there."""

from datetime import time

from helpdesk.opening import Offer, Plan
from tickets.models import User

PLAN = Plan(
    name="Dahl & Daughters Computer Repair",
    region="US",
    subdivision="MA",
    zone="America/New_York",
    currency="USD",
    languages=("en", "sv"),
    phone="+16175550100",
    email="help@dahl-repair.example",
    address="12 Mill Street\nCambridge, MA 02139",
    hours={day: ((time(9), time(17)),) for day in range(5)} | {5: ((time(10), time(14)),)},
    callback_minutes=240,
    callback_why="Technicians need their hands free in the morning, so we call back in one go.",
    hourly=9000,
    minimum_fee=4500,
    offers=(
        Offer("Laptop repair", 3, 2, "A part we do not stock takes two days more."),
        Offer("Data recovery", 10, 6, "A drive that fails on the bench may be beyond saving."),
        Offer("Virus removal", 2, 1),
        Offer("Screen replacement", 4, 2, "Panels come from a supplier.", hourly=8000),
        Offer("Network at your place", 5, 3),
    ),
)

STAFF = (
    ("sara", "Sara Lind", User.Role.FRONT_DESK, "101"),
    ("per", "Per Holm", User.Role.TECHNICIAN, "102"),
    ("amal", "Amal Haddad", User.Role.TECHNICIAN, "104"),
    ("eva", "Eva Dahl", User.Role.OWNER, "103"),
)
