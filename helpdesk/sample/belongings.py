"""What is brought to the sample shop, what its failing did to their trust, and what we lend."""

from dataclasses import dataclass

from helpdesk.sample.repairs import DATA, LAPTOP, SCREEN, VIRUS


@dataclass(frozen=True)
class Thing:
    """A device as somebody bought it; `price` in cents."""

    name: str
    price: int
    where: str = ""


LAPTOPS = (
    Thing("ThinkPad T480", 89_900, "Office Depot"),
    Thing("Dell XPS 13", 114_900, "Dell, online"),
    Thing("HP Pavilion 15", 64_900, "Best Buy"),
    Thing("MacBook Air 2020", 99_900, "Apple, CambridgeSide"),
    Thing("Acer Aspire 5", 54_900, "Micro Center"),
    Thing("Lenovo Yoga 7i", 94_900, "Best Buy"),
    Thing("Surface Laptop 4", 109_900, "Costco"),
    Thing("Asus ZenBook 14", 84_900, "Micro Center"),
)
PANELS = (
    Thing("iPad 9", 32_900, "Target"),
    Thing("Galaxy Tab S7", 64_900, "Best Buy"),
    Thing("Surface Go 3", 39_900, "Staples"),
    *LAPTOPS[:5],
)
DRIVES = (
    Thing("WD Elements, 2 TB", 7_900, "Staples"),
    Thing("Seagate Backup Plus", 8_900, "Costco"),
    Thing("LaCie Rugged", 11_900, "B&H, online"),
)
BY_OFFER = {LAPTOP: LAPTOPS, VIRUS: LAPTOPS, SCREEN: PANELS, DATA: DRIVES}
# Some are no laptop, whatever is done to them.
BY_SUBJECT = {
    "Till runs slow": (Thing("Till at the counter", 129_900, "NCR dealer, Woburn"),),
    "Memory card of the wedding": (Thing("SanDisk card, 128 GB", 3_900, "Hunt's Photo"),),
    "Phone backup on a dead PC": (Thing("Dell tower, from the cellar", 69_900),),
    "Tablet fell in the sink": PANELS[:2],
    "Old bookkeeping program": (Thing("HP EliteDesk", 79_900, "Micro Center"),),
}

# What they worry about beside the fault, and what was said to them first.
CONCERNS = (
    ("It was new in spring. Feels cheated.",
     "I would be upset too, with one so new. We look at the warranty first."),
    ("Has a thesis to hand in. Afraid that it is lost.",
     "I understand how much hangs on it. We copy your files before anything else."),
    ("Was told elsewhere that it was mended. Does not believe in repairs any more.",
     "After that I would not either. You get to see the old part, and what we did."),
    ("Still pays for it every month, and cannot use it.",
     "Paying for something that does not work is bitter. We hurry where we can, and say when."),
    ("The photos of her late husband are on it.",
     "We know what they are worth. Nothing is tried on the original, and we call every day."),
    ("Cannot take orders without it. Loses money by the hour.",
     "Every hour counts for you. You have a loan device today, and a time we will keep."),
)  # fmt: skip
CAME_BACK = (
    ("The same again. Wonders whether we did anything at all.",
     "It should have held. I am sorry; we go through all of it, at no charge for what was ours."),
    ("Second time this year. Thinks of throwing it out.",
     "Twice is once too often. Let us find out why before you decide."),
)  # fmt: skip

LOANS = ("Loan laptop 1", "Loan laptop 2", "Loan tablet", "Loan charger, 65 W")
SNOOZED = (
    "The part comes from the supplier",
    "Away until then, and wants to decide in person",
    "Runs its test until then",
)
FOR_EVA = "@eva is this one on us? The old part was ours."
ASIDES = (
    "@sara could you ask them for the PIN when they call? I cannot test without it.",
    FOR_EVA,
    "@amal have you seen this fault before? Looks like the one of last month.",
    "@sara please tell them that the part has come. I am at it this afternoon.",
)
