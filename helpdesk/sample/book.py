"""The sample shop's solutions, and answers it writes often."""

from dataclasses import dataclass

from helpdesk.sample.repairs import DATA, LAPTOP, SCREEN, VIRUS


@dataclass(frozen=True)
class Chapter:
    """A common problem, what to know, and the choices as they are read out."""

    title: str
    text: str
    choices: tuple[str, ...]
    offer: int | None = None  # of cast.PLAN's


CHAPTERS = (
    Chapter("Printer says offline",
            "Nine of ten: another printer is the default since an update, or the cable.\n\n"
            "Ask which lights are on before anything else.",
            ("We set it as the default together now; that takes three minutes.",
             "Bring it in, and we look at it within two working days.")),
    Chapter("Wi-Fi is slow in one room",
            "The router in a cupboard, or walls of brick. A second access point needs a visit.",
            ("Move the router into the open first, and call us if it stays slow.",
             "We come and measure; a second access point is usually half a day.")),
    Chapter("Warning that the computer has a virus",
            "Mostly a web page that pretends. Nobody calls the number on it. If they let somebody "
            "in: off the network, then bring it.",
            ("We close it together on the phone, now.",
             "Bring it in: we check it and change the passwords with you."), VIRUS),
    Chapter("Password forgotten, or mail asks for it again",
            "Caps lock first. Never write a password on the ticket.",
            ("We set a new one together on the phone.",
             "Come by with it, and we set up a second factor as well.")),
    Chapter("Is my backup running?",
            "Look at the date of the last one. Older than a week is none.",
            ("We look together now, and start one.",
             "Leave the drive with us for a day: we test whether it can be read.")),
    Chapter("Battery lasts minutes",
            "Older than three years: a new one. A swollen one is not charged again.",
            ("A new battery, usually within three working days.",
             "Keep it on the charger, and do without a new one."), LAPTOP),
    Chapter("Laptop is slow",
            "A drive with moving parts is the reason, mostly.",
            ("A new drive and all your files moved over; it feels new afterwards.",
             "We clean it up for now; that helps for some months.",
             "We help you choose another one, and move your files."), LAPTOP),
    Chapter("Screen is cracked, or shows lines",
            "Lines may be the cable alone. Ask whether it was dropped.",
            ("A new panel, usually within four working days.",
             "Use it with a monitor of your own until you decide."), SCREEN),
    Chapter("Drive clicks, or photos are gone",
            "Switch it off, at once. Each start may be the last. No promise before it was read.",
            ("Leave it with us, switched off. We say within two days what can be saved.",
             "A clean room can do more, for a good deal more money."), DATA),
    Chapter("Sound or picture is gone in meetings",
            "The slider of the camera, the mute on the cable, another program that holds it.",
            ("We go through three switches together now.",)),
    Chapter("Phone or tablet is full",
            "Trash of the photo app first.",
            ("We make room together now.",
             "We copy the photos to a drive for you, and clear it.")),
)  # fmt: skip

REPLIES = (
    ("Ready, and what it was", "en",
     "Hello {name},\n\n{subject} is done. You can pick it up whenever we are open; your number is "
     "{ticket}.\n\n{staff}, {shop}"),
    ("Need the PIN to test it", "en",
     "Hello {name},\n\nwe would like to test it before you come. Could you call us on {phone} with "
     "the PIN? Please do not write it in a mail.\n\n{staff}"),
    ("Warranty: ask the maker first", "en",
     "Hello {name},\n\nit is under warranty, so the maker mends it for nothing. We pack it and "
     "send it in for you; that takes about two weeks.\n\n{staff}, {shop}"),
    ("What a quote covers", "en",
     "Hello {name},\n\nthe quote covers the work and the parts named in it. Should we find more, "
     "we ask you first.\n\n{staff}, {shop}"),
    ("Öppettider och hur du når oss", "sv",
     "Hej {name},\n\ndu når oss på {phone}. Ditt ärende har nummer {ticket}.\n\n{staff}, {shop}"),
    ("Behöver PIN-koden", "sv",
     "Hej {name},\n\nvi vill gärna prova den innan du kommer. Kan du ringa {phone} med "
     "PIN-koden? Skriv den inte i ett mejl.\n\n{staff}"),
)  # fmt: skip
