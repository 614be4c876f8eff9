"""Who appears in the sample shop and what they say. Numbers are from the range kept for fiction."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Person:
    """A customer to be; `asks` is how often they call with a quick question."""

    name: str
    number: str
    is_business: bool = False
    language: str = "en"
    asks: int = 1


PEOPLE = (
    Person("Ingrid Dahlberg", "+16175550142", asks=3, language="sv"),
    Person("Marcus Webb", "+16175550117"),
    Person("Café Linné", "+16175550121", is_business=True, asks=6),
    Person("Bengt Öst", "+16175550188", language="sv"),
    Person("Rosa Delgado", "+16175550133", asks=2),
    Person("Oakes & Reyes, Attorneys at Law", "+16175550150", is_business=True, asks=2),
    Person("Thomas Okafor", "+16175550104"),
    Person("Hannah Kim", "+16175550165"),
    Person("Pettersson Piano Studio", "+16175550171", is_business=True),
    Person("Walter Brandt", "+16175550109", asks=4),
    Person("Leila Farahani", "+16175550128"),
    Person("Joan McAllister", "+16175550136", asks=2),
    Person("Dmitri Volkov", "+16175550194"),
    Person("Green Street Veterinary Clinic", "+16175550112", is_business=True, asks=2),
    Person("Priya Raman", "+16175550147"),
    Person("Samuel Adeyemi", "+16175550119"),
    Person("Grace Whitfield", "+16175550183", asks=2),
    Person("Luis Carvalho", "+16175550126"),
    Person("Ann-Marie Söderström-Fitzgerald", "+16175550198", language="sv"),
    Person("Corner Books", "+16175550155", is_business=True, asks=2),
    Person("Emeka Nwosu", "+16175550161"),
    Person("Ruth Goldman", "+16175550138", asks=3),
    Person("Viktor Lind", "+16175550174", language="sv"),
    Person("Maya Thompson", "+16175550116"),
)

# Subject, what they said, minutes.
QUESTIONS = (
    ("Printer shows offline", "The printer says offline since this morning. Set it as default.", 4),
    ("Cannot log in after update", "Caps lock was on; new password set together.", 6),
    ("Mail asks for the password again", "Password of the mailbox had run out, renewed.", 8),
    ("Is the shop open on Saturday?", "Asked for our hours. Told: ten to two.", 1),
    ("Sound is gone", "Output was set to the monitor. Set back to the speakers.", 3),
    ("Which laptop to buy", "Wants to know what to look for. Sixteen gigabytes, good screen.", 9),
    ("Strange message about a virus", "A web page pretending to be a warning. Closed it.", 7),
    ("Photos do not copy from the phone", "Phone was locked while copying.", 5),
    ("Wi-Fi slow upstairs", "Moved the router out of the cupboard, much better.", 10),
    ("How to make the letters bigger", "Showed the zoom. Very happy.", 2),
    ("Calendar out of step", "Two accounts with the same name. Removed the old one.", 8),
    ("Is my backup running?", "Looked together: last one is from last night.", 4),
    ("Screen upside down", "Rotated by a keyboard shortcut. Rotated back.", 2),
    ("Charger: which one fits?", "Read the label together, sixty-five watts.", 3),
    ("Keyboard writes double letters", "Filter keys switched off by accident.", 4),
    ("Which cable for the old monitor", "A DisplayPort to DVI adapter.", 3),
)

# Subject, what they said, which offer, minutes on the bench.
REPAIRS = (
    ("Laptop will not start", "Dead since the weekend. Needs it for a course.", 0, 75),
    ("Coffee over the keyboard", "Happened last night. Switched off at once.", 0, 120),
    ("External drive clicks", "All photos of the children are on it.", 1, 240),
    ("Pop-ups everywhere", "Installed a free game for the grandson.", 2, 60),
    ("Cracked screen", "Fell off the table at work.", 3, 70),
    ("Battery lasts ten minutes", "Three years old, used every day.", 0, 40),
    ("Office network drops out", "Every afternoon, all four desks.", 4, 180),
    ("Blue screen at random", "Twice a day since the update.", 0, 90),
)

GIFT_REASONS = (
    "Quick help, on the house",
    "Loyal customer",
    "A minute's question",
    "We called back late",
    "First contact, welcome",
)
