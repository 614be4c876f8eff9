"""What is written in the sample shop: mails and texts, in the words of those who write them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Talk:
    """They write, we answer, and perhaps they write again."""

    subject: str
    said: str
    answer: str
    reply: str = ""
    minutes: int = 6


MAILS = (
    Talk("Question about my backup",
         "Hi,\n\nthe little window says the last backup was 43 days ago. Is that bad? I did not "
         "change anything, I only moved the white box to the other shelf.\n\nBest,",
         "Hello,\n\nthe white box is the backup disk, and on the new shelf its cable no longer "
         "reaches. Plug it in again and press “Back up now”; it may take all night.",
         "It says “today” now. Thank you so much!"),
    Talk("Quote for five laptops",
         "Good morning,\n\nwe need five laptops for the front office, nothing fancy, with docking "
         "stations. Could you say what that would come to, and how soon?\n\nRegards,",
         "Good morning,\n\nfive of the fourteen-inch ones with docks come to about $6,200 set up "
         "at your desks. We plan five business days once you say yes.",
         "Thanks, I have to ask our partners. Will be in touch.", 15),
    Talk("Is this message from you?",
         "Dear team,\n\nI received a bill for “PC protection renewal” with your street in it. I "
         "did not open the attachment. Is it yours?\n\nKind regards,",
         "Hello,\n\nno, that is not ours, and you did right not to open it. Please delete it. Our "
         "own always carry a number and your ticket.",
         "Deleted. Thanks!"),
    Talk("Printer at the front desk",
         "Hi there, the printer at the front desk prints everything with a pink stripe since "
         "yesterday. We have cleaned it twice. What else can we try?",
         "Hello, a pink stripe that survives two cleanings is mostly the drum. Please read out the "
         "number inside the front cover and we will say what a new one costs.",
         "It says DR-243. And it is a lot pinker today.", 8),
    Talk("When can I pick up my computer?",
         "Hello, I know you said Thursday, but my sister is in town with the car on Wednesday. Any "
         "chance it is ready by then?",
         "Hello, Thursday is what we promise. If it is done on Wednesday we will call you before "
         "noon, but please do not plan the car around it.",
         ""),
    Talk("Wrong total?",
         "Hi, the paper I got says $45.00 and then $0.00 due. Did I miss something, or do I owe "
         "you money?",
         "Hello, you owe nothing: we gave it to you. The paper says what it was worth, so that "
         "nobody has to guess.",
         "Well, that is very kind. Thank you!"),
    Talk("Sharing the calendar with our accountant",
         "Hi all,\n\nour accountant should see, not change, the calendar of the office. I looked "
         "everywhere. Where is that?\n\nCheers,",
         "Hello,\n\nopen the calendar's settings, “Share with people”, type her address and choose "
         "“See all details”. Write if she still cannot see it.",
         "Found it, she sees it. Thanks a lot!"),
    Talk("Old computer to donate",
         "Hello, we have four old computers that still run. Do you know somebody who takes them, "
         "and can you wipe them first?",
         "Hello, the library's program takes them. Wiping is thirty minutes of work for each, or "
         "you do it yourself with the stick that we lend out.",
         "We will borrow the stick on Friday.", 10),
    Talk("Invoice for our records",
         "Hi, could you send the invoice of our last repair again? Our bookkeeper spilled soup on "
         "it. Really.",
         "Hello, it is attached to our mail of that day; we have asked for it to be sent again. "
         "Our sympathy to the soup.",
         "Thank you!"),
    Talk("Network plug in room 3",
         "Hello, the plug in room 3 is dead since the painters were here. The one beside it works. "
         "Is this something you look at by the hour?",
         "Hello, yes, by the hour, and most likely half of one. Please first check whether the "
         "painters pulled it out in the cabinet: row two, plug eleven.",
         "They did. Row two, plug eleven. You are wizards.", 7),
    Talk("Subscription we do not know",
         "Hello, there is a line “CloudBox Pro 19.99” on our card each month. Does that have to do "
         "with the computers you set up?",
         "Hello, no, we did not set that up. It looks like the trial of the scanner's program. It "
         "can be ended on its page, under Plan.",
         "Cancelled. That was two years of it..."),
    Talk("Computer for my mother",
         "Hi, my mother is 81 and wants to see her grandchildren on a screen, nothing else. What "
         "would you buy?",
         "Hello, a ten-inch tablet on a stand, with one big button for the call. We set it up in "
         "an hour. Come by with her, so that she can try it.",
         "We will come on Saturday, thank you!", 9),
    Talk("Missing emails from last week",
         "Hi,\n\nall mails from Monday to Wednesday last week are gone on my computer. My "
         "colleague has hers. Please help, there is a contract among them.\n\nThanks,",
         "Hello,\n\nthey are in the folder “Archive”: one key press does that. Select them and "
         "choose Move to Inbox. The contract is there, we looked at the name only.",
         "There it all is. Phew. Thank you!", 11),
    Talk("Noise from the server closet",
         "Hello, the box in the closet beeps every ten seconds. It is driving the dog mad. Can we "
         "switch it off?",
         "Hello, please do not: it is the battery that keeps it running through a power cut, and "
         "the battery is old. There is a small button to silence it. A new one is $95.",
         "Silenced. The dog says yes to a new one.", 6),
)  # fmt: skip

SWEDISH_MAILS = (
    Talk("Fråga om säkerhetskopian",
         "Hej!\n\nDet står att säkerhetskopian är tre veckor gammal. Ska jag göra något, eller går "
         "det av sig själv?\n\nVänliga hälsningar",
         "Hej!\n\nSladden till den vita lådan har nog lossnat. Sätt i den och tryck på “Kopiera "
         "nu”, så går det av sig själv sedan.",
         "Nu fungerar det. Tack så mycket!"),
    Talk("Kortterminalen",
         "Hej, kortterminalen tappar nätet varje förmiddag vid tio. Vi har startat om den hundra "
         "gånger. Vad gör vi?",
         "Hej, klockan tio slår kylen till på samma uttag. Flytta terminalens laddare till ett "
         "annat uttag och hör av er om det kommer tillbaka.",
         "Det var kylen! Tack för hjälpen"),
    Talk("Vilken dator ska jag köpa?",
         "God morgon, min gamla dator orkar inte längre. Jag skriver noter och mejlar. Vad "
         "rekommenderar ni?",
         "God morgon, en med sexton gigabyte minne och en skärm på fjorton tum räcker länge. Kom "
         "förbi så visar vi två stycken.",
         "Tack, jag kommer på lördag."),
    Talk("Kan inte öppna bifogad fil",
         "Hej, jag får en fil från skatteverket som inte går att öppna. Den heter något med p7m.",
         "Hej, det är ett signerat brev. Vi har skrivit ner stegen: spara den, högerklicka och "
         "välj Öppna med, sedan läsaren.",
         ""),
)  # fmt: skip

TEXTS = (
    Talk("", "hi is my laptop ready yet", "Hello, not yet: it is promised for the day we told you. "
         "We will text as soon as it is."),
    Talk("", "Printer is blinking orange, urgent!!", "Orange means the paper tray is open a crack. "
         "Push it in until it clicks.", "worked, thanks"),
    Talk("", "do you fix xbox controllers?", "Sorry, we do not. Game Loft on Pearl Street does."),
    Talk("", "Can I bring the PC tomorrow at 9?", "Yes, we open at nine. It goes on the bench in "
         "the order it comes in."),
    Talk("", "what was the wifi password you set up for us",
         "It is on the card in your cabinet; we do not send it by text.", "found the card thx"),
    Talk("", "My screen has gone all purple. Help?",
         "That is night mode. Swipe down from the top and tap the moon.", "magic, thank you!"),
    Talk("", "Is $180 a fair price for a used macbook air 2017",
         "Only if the battery is new. It gets no more updates, so we would not."),
    Talk("", "the thing you fixed makes a beep at start", "One short beep is hello. Two or more: "
         "bring it back, no charge.", "just one. ok"),
    Talk("", "running late, will pick up at 5:10, ok?", "We close at five, but somebody is here "
         "until a quarter past. After that it is tomorrow.", "ok"),
    Talk("", "got a text saying my account is locked, from you?", "Not from us. Do not tap on it; "
         "delete it.", "deleted, ty"),
    Talk("", "how much for a new battery in a thinkpad t480", "About $140 with the work, and one "
         "to three days. A quote at the counter is binding."),
    Talk("", "Mouse is dead", "Try a new battery first, AA. If it stays dead, we have them from "
         "$15."),
)  # fmt: skip

SWEDISH_TEXTS = (
    Talk("", "Hej, är datorn klar?", "Hej, inte än. Vi hör av oss så snart den är det."),
    Talk("", "Skrivaren blinkar rött", "Då är det papper som fastnat bakom luckan på baksidan.",
         "tack för hjälpen"),
    Talk("", "Har ni öppet på lördag?", "Ja, tio till två.", "tack"),
)  # fmt: skip

SPAM_MAILS = (
    ("Grow@rankfast.example", "Kyle from RankFast", "Your website is invisible",
     "Hello business owner,\n\nI was looking at your website and found 37 errors. We guarantee "
     "page one in ten days. Shall I send a quote?\n\nKyle"),
    ("sales@toner-direct.example", "Toner Direct", "Toner 80% off TODAY",
     "Dear customer, all toners must go. Click before midnight. This is a one-time offer."),
    ("m.owusu@prize-desk.example", "Prize Desk", "Re: your parcel",
     "Your parcel could not be delivered as the fee of $1.99 is open. Pay here to release it."),
    ("hello@loans4shops.example", "Brad", "Quick question",
     "Hi, do you have five minutes for $50,000 of working capital? No paperwork. Brad"),
)  # fmt: skip

STRANGERS_ASK = (
    ("Would not say the name", "Wants a price for a screen. Will think about it."),
    ("Somebody about a job", "Asked if we hire. Told to write to Eva."),
    ("Wrong number, perhaps", "Looked for the bakery, then asked about a printer anyway."),
)

TO_NOWHERE = Talk(
    "Which disk for her laptop",
    "Asked at the counter which disk fits, and wants it in writing.",
    "Hello,\n\nthe one that fits is a 2.5-inch SSD of 500 GB, for $62 with us. Moving everything "
    "over takes two days.",
)

OUT_OF_OFFICE = (
    "Thank you for your message. We are at a trade fair and read mail again next week. In urgent "
    "cases please call the front desk."
)
THANKS = ("Thank you!", "Thanks a lot", "Perfect, thanks", "Great, thank you so much")
YES = {"en": ("Yes", "yes happy", "Very happy", "1"), "sv": ("Ja", "mycket nöjd", "1")}
NO = {"en": "Not happy", "sv": "Inte nöjd"}
STOP = "STOP"
