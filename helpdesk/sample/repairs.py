"""What is brought in: for what, which of cast.PLAN's offers, and the minutes on the bench."""

from dataclasses import dataclass

LAPTOP, DATA, VIRUS, SCREEN, NETWORK = range(5)


@dataclass(frozen=True)
class Repair:
    subject: str
    said: str
    offer: int
    minutes: int
    done: str  # what the technician notes


REPAIRS = (
    Repair("Laptop will not start", "Dead since the weekend. Needs it for a course.", LAPTOP, 75,
           "Power jack had come loose from the board. Soldered, tested for an hour."),
    Repair("Coffee over the keyboard", "Happened last night. Switched off at once.", LAPTOP, 120,
           "Board cleaned in the bath, keyboard replaced. Sticky fan as well."),
    Repair("External drive clicks", "All photos of the children are on it.", DATA, 240,
           "Head is weak, read it slowly from the back. 97 percent copied."),
    Repair("Pop-ups everywhere", "Installed a free game for the grandson.", VIRUS, 60,
           "Two browser add-ons and a scheduled task. Gone; passwords changed together."),
    Repair("Cracked screen", "Fell off the table at work.", SCREEN, 70,
           "New panel in, hinge straightened. Camera works."),
    Repair("Battery lasts ten minutes", "Three years old, used every day.", LAPTOP, 40,
           "New battery, charged and emptied twice: seven hours."),
    Repair("Office network drops out", "Every afternoon, all four desks.", NETWORK, 180,
           "A switch overheats beside the radiator. Moved it, new patch cables."),
    Repair("Blue screen at random", "Twice a day since the update.", LAPTOP, 90,
           "One memory stick is bad. Replaced, tested overnight."),
    Repair("Hinge broken", "Lid came off in the hand. Two years old.", LAPTOP, 85,
           "New hinge and the cover around it."),
    Repair("Files gone after moving house", "The box fell. Tax papers for three years.", DATA, 210,
           "File table rebuilt. All tax papers are there, some music is not."),
    Repair("Till runs slow", "Customers wait. Worse at noon.", LAPTOP, 65,
           "Drive nearly dead; cloned to a new one. Starts in twelve seconds now."),
    Repair("Lines across the screen", "Since Tuesday, thin and green.", SCREEN, 60,
           "Display cable worn at the hinge. New cable, no new panel needed."),
    Repair("Ransom note on the desktop", "Opened a delivery notice. Nothing opens now.", VIRUS, 150,
           "Wiped and restored from the backup of Friday. Monday's work is lost."),
    Repair("Wi-Fi for the back room", "No signal in the treatment rooms.", NETWORK, 140,
           "Second access point in the hall, cable through the old pipe."),
    Repair("Keyboard: a row is dead", "Q to P. Types with the on-screen one.", LAPTOP, 55,
           "Keyboard replaced. The old one had tea in it."),
    Repair("USB ports do nothing", "Neither mouse nor stick.", LAPTOP, 50,
           "Fuse on the board. Replaced; told about the cheap hub."),
    Repair("Phone backup on a dead PC", "Old tower in the cellar, got wet.", DATA, 190,
           "Drive dried and read. Pictures from 2011 on are there."),
    Repair("Touch screen touches itself", "Opens things on its own.", SCREEN, 65,
           "Swollen battery pressed on it from behind. Both replaced."),
    Repair("Slow since forever", "Ten minutes to start in the morning.", LAPTOP, 60,
           "New SSD and eight gigabytes more. She cried a little."),
    Repair("Browser sends to odd pages", "Any search ends up in a shop.", VIRUS, 45,
           "Changed proxy. Reset, and a scan that found nothing more."),
    Repair("Camera server for the yard", "Recordings stop at night.", NETWORK, 160,
           "Power saving of the switch. Off; and a larger drive."),
    Repair("Does not charge", "Light is on, but stays at 3 percent.", LAPTOP, 45,
           "Charger is for another model. Right one ordered, board is fine."),
    Repair("Memory card of the wedding", "Formatted in the other camera.", DATA, 130,
           "2,140 of 2,300 pictures. The cake is there."),
    Repair("Tablet fell in the sink", "Rice did not help.", SCREEN, 80,
           "Glass and digitizer new. Speaker crackles, told so."),
    Repair("Loud grinding noise", "Like a coffee mill, since Friday.", LAPTOP, 50,
           "Fan bearing. New fan, fresh paste."),
    Repair("New office, six desks", "Moving in on the first. Wants cables done.", NETWORK, 220,
           "Twelve sockets tested, router in the cabinet, plan on the door."),
    Repair("Keeps asking for a key", "Bought second-hand online.", LAPTOP, 40,
           "License was never valid. Installed fresh with a proper one."),
    Repair("Screen flickers on battery", "Fine with the charger.", SCREEN, 50,
           "Driver first, then the cable. Steady for a day."),
    Repair("Shut down during an update", "Now a black page with text.", LAPTOP, 70,
           "Start-up files repaired, all data kept."),
    Repair("Old bookkeeping program", "New computer, old disk from 2009.", DATA, 110,
           "Runs in a window of its own. Books are complete."),
    Repair("Someone is in my mail", "Friends get odd letters from her.", VIRUS, 55,
           "Forwarding rule removed, all sessions ended, second factor set up."),
    Repair("Printer network after new router", "Three printers, none found.", NETWORK, 95,
           "Fixed addresses for all three, labels on each."),
    Repair("Trackpad clicks by itself", "Worse when warm.", LAPTOP, 60,
           "Battery swelling under it. Replaced before it got worse."),
    Repair("Cracked corner, still works", "Dropped on the T. Glass falls out.", SCREEN, 75,
           "New panel. Taped the old corner for the way home."),
)  # fmt: skip

# Brought in, quoted, and not done after all.
DECLINED = (
    Repair("Netbook from 2010", "Could it be made faster?", LAPTOP, 20,
           "Could be, but it costs more than it is worth. Advised a new one."),
    Repair("Drive that was opened at home", "Watched how to do it on a video.", DATA, 30,
           "Platters scratched. Only a clean room can help; she will think about it."),
    Repair("Water in an old laptop", "Sat in the boat over winter.", LAPTOP, 35,
           "Board corroded through. Not worth it; drive put in a case."),
    Repair("Panel for a rare model", "Maker is out of business.", SCREEN, 25,
           "No panel to be had. Told where to look for a used one."),
    Repair("Cable through the party wall", "Landlord has to agree first.", NETWORK, 30,
           "Offer written; he waits for the landlord."),
)  # fmt: skip

WAITS_FOR = (
    "Needs the PIN of the computer to test it.",
    "Which of the two user accounts may be deleted? Asked, waiting.",
    "New battery costs more than quoted. Waiting for a yes.",
    "Asked for the charger that belongs to it.",
    "Backup first, or straight away? Left word.",
)
LATE = (
    "Part is late from the supplier. New time told.",
    "Second fault found; takes longer than quoted.",
    "Technician was ill. The bench is two days behind.",
)
