"""Who comes to the sample shop: a town's mix. Numbers and addresses are from ranges for fiction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A customer to be. `asks`: how readily they call with a question; `days`: on which weekdays
    they do so whatever happens, Monday being 0."""

    name: str
    phone: str  # area code and the last four digits, or a number as it stands
    mail: str = ""
    also: tuple[str, ...] = ()  # further numbers; a family or an office may share one
    prefers: str = "phone"
    language: str = "en"
    asks: int = 1
    days: tuple[int, ...] = ()
    is_business: bool = False
    is_known: bool = True  # False: they come for the first time during the story
    address: str = ""
    note: str = ""

    @property
    def number(self) -> str:
        return full(self.phone)

    @property
    def numbers(self) -> tuple[str, ...]:
        return (self.number, *map(full, self.also))


def full(phone: str) -> str:
    """Return the number that "617 0142" stands for."""
    if phone.startswith("+"):
        return phone
    area, last = phone.split()
    return f"+1{area}555{last}"


def _person(name: str, phone: str, mail: str = "", **more: object) -> Person:
    return Person(name, phone, mail, **more)  # type: ignore[arg-type]


def _swede(name: str, phone: str, mail: str = "", **more: object) -> Person:
    return _person(name, phone, mail, language="sv", **more)


def _firm(name: str, phone: str, mail: str = "", **more: object) -> Person:
    return _person(name, phone, mail, is_business=True, **more)


PERSONS = (
    # Those who call every week, and think nothing of it.
    _person(
        "Walter Brandt", "617 0109", asks=5, days=(0, 3), note="Hard of hearing. Speak slowly."
    ),
    _person("Ruth Goldman", "617 0138", "ruth@goldman.example", asks=4, days=(2,)),
    _swede("Ingrid Dahlberg", "617 0142", "ingrid@dahlberg.example", asks=4, days=(1,)),
    _person("Harold Pike", "781 0127", asks=4, days=(4,), note="Always asks for Per."),
    # The others, as they come.
    _person("Marcus Webb", "617 0117", "marcus.webb@webbmail.example", prefers="email"),
    _swede("Bengt Öst", "617 0188", asks=2),
    _person("Rosa Delgado", "617 0133", asks=2, also=("857 0133",)),
    _person("Tomás Delgado", "857 0134", also=("857 0133",), is_known=False),
    _person("Thomas Okafor", "617 0104", "t.okafor@okafor.example", prefers="email"),
    _person("Hannah Kim", "617 0165", prefers="sms"),
    _person("Leila Farahani", "617 0128", "leila@farahani.example", also=("617 0130",)),
    _person("Joan McAllister", "617 0136", asks=2, address="48 Reed Street\nCambridge, MA 02140"),
    _person("Dmitri Volkov", "617 0194"),
    _person("Priya Raman", "617 0147", "priya.raman@raman.example", prefers="email"),
    _person("Samuel Adeyemi", "617 0119"),
    _person("Grace Whitfield", "617 0183", asks=2, also=("617 0184",)),
    _person("Arthur Whitfield", "617 0185", also=("617 0184",), note="Grace's husband."),
    _person("Luis Carvalho", "617 0126", prefers="sms"),
    _swede("Ann-Marie Söderström-Fitzgerald", "617 0198", "annmarie@soderstrom.example"),
    _person("Emeka Nwosu", "617 0161", "emeka@nwosu.example", prefers="email"),
    _swede("Viktor Lind", "617 0174", "viktor@lind.example", prefers="email", is_known=False),
    _person("Maya Thompson", "617 0116", prefers="sms"),
    _person("Beatrice O'Malley", "781 0102", asks=2),
    _person("Kevin O'Malley", "781 0103", "kevin@omalley.example", also=("781 0102",)),
    _person("Siobhán Byrne", "781 0144", "siobhan.byrne@byrne.example"),
    _person("Anthony Russo", "781 0115", asks=2),
    _person("Carmela Russo", "781 0116", also=("781 0115",)),
    _person("Minh Tran", "857 0122", "minh@trans.example", prefers="email"),
    _person("Linh Tran", "857 0123", also=("857 0122",), is_known=False),
    _person("Olga Petrova", "857 0171", asks=2, note="Prefers to be called after lunch."),
    _person("Jerome Baptiste", "857 0150", prefers="sms", is_known=False),
    _person("Claudette Baptiste", "857 0151", "claudette@baptiste.example"),
    _person("Aisha Rahman", "617 0171", "aisha.rahman@rahman.example", prefers="email"),
    _person("Yusuf Rahman", "617 0172", is_known=False),
    _person("Peter Nowak", "978 0118"),
    _person("Danuta Nowak", "978 0119", "danuta@nowak.example", asks=2, also=("978 0118",)),
    _person("Eleni Papadakis", "978 0130", asks=2),
    _person("George Papadakis", "978 0131", also=("978 0130",)),
    _person("Carol Jenkins", "508 0112", "carol.jenkins@jenkinsmail.example"),
    _person("Dwayne Jenkins", "508 0113", prefers="sms", is_known=False),
    _person("Esther Cohen", "617 0151", "esther@cohen.example", asks=3),
    _person("David Cohen-Levi", "617 0152", "david@cohenlevi.example", prefers="email"),
    _person("Mei-Ling Chen", "617 0176", "meiling.chen@chen.example", prefers="email"),
    _person("Raymond Chen", "617 0177", is_known=False),
    _person("Hyun-woo Park", "857 0162", "hw.park@parkmail.example"),
    _person("Fatima El-Amin", "857 0186", prefers="sms"),
    _person("Isaac Mensah", "857 0187", is_known=False),
    _person("Abena Mensah", "857 0188", "abena@mensah.example", is_known=False),
    _person("Rajesh Iyer", "781 0163", "rajesh@iyer.example", prefers="email"),
    _person("Sunita Iyer", "781 0164", also=("781 0163",)),
    _person("Colleen Doherty", "617 0107", asks=2),
    _person("Patrick Doherty", "617 0108", "pat@doherty.example", is_known=False),
    _person("Miriam Feldman", "617 0153", "miriam.feldman@feldman.example", also=("617 0139",)),
    _person("Jack Sullivan", "781 0178", asks=2, note="Retired engineer. Has mostly fixed it."),
    _person("Nora Sullivan", "781 0179", is_known=False),
    _person("Gabriela Santos", "508 0140", "gabi@santos.example", prefers="email"),
    _person("João Pereira", "508 0141", prefers="sms", is_known=False),
    _person("Amélie Laurent", "617 0190", "amelie@laurent.example", prefers="email"),
    _person("Henrik Vasquez", "617 0191", is_known=False),
    _swede("Karin Ekström", "781 0145", "karin@ekstrom.example", asks=2),
    _swede("Lars-Göran Ekström", "781 0146", also=("781 0145",)),
    _swede("Åsa Nyström", "857 0195", "asa.nystrom@nystrom.example", prefers="email"),
    _swede("Gunnar Håkansson", "339 0120", asks=3, note="Pratar helst svenska."),
    _swede("Birgitta Sjöberg", "339 0121", "birgitta@sjoberg.example"),
    _swede("Elin Westerlund", "+46701740615", "elin@westerlund.example", prefers="email"),
    _person("Deborah Stein", "339 0133", "deb.stein@stein.example"),
    _person("Calvin Brooks", "339 0134", asks=2),
    _person("Yvonne Brooks", "339 0135", also=("339 0134",), is_known=False),
    _person("Tyler Kowalski", "413 0125", "tyler.k@kowalski.example", prefers="sms"),
    _person("Imani Washington", "413 0126", "imani@washington.example", prefers="email"),
    _person("Leroy Washington", "413 0127", asks=2),
    _person("Stephanie Moreau", "413 0150", is_known=False),
    _person("Norma Castillo", "774 0112", asks=2),
    _person("Eduardo Castillo", "774 0113", "edu@castillo.example", is_known=False),
    _person("Francine Dubois", "774 0141", "francine@dubois.example"),
    _person("Quentin Marsh", "774 0142", prefers="sms", is_known=False),
    _person("Theodora Lang", "351 0115", asks=2, note="Pays cash, always to the cent."),
    _person("Wendell Price", "351 0116", is_known=False),
    _person("Zoë Hartmann", "351 0117", "zoe@hartmann.example", prefers="email"),
    _person("Bruno Ferrari", "603 0133", is_known=False),
    _person("Lucille Armstrong", "603 0134", asks=3, note="Her grandson set it all up. Go easy."),
    _person("Dale Fournier", "603 0135", "dale@fournier.example"),
    _person("Vera Kuznetsova", "617 0129", is_known=False),
    _person("Omar Haddad", "617 0168", "omar@haddad.example", note="Amal's uncle. No discount."),
)

FIRMS = (
    _firm("Café Linné", "617 0121", "hej@cafelinne.example", asks=6, days=(1, 4), language="sv"),
    _firm(
        "Oakes & Reyes, Attorneys at Law",
        "617 0150",
        "office@oakesreyes.example",
        also=("617 0149",),
        asks=4,
        days=(2,),
        prefers="email",
        address="200 Main Street, Suite 4\nCambridge, MA 02142",
    ),
    _firm("Pettersson Piano Studio", "617 0175", "play@petterssonpiano.example", language="sv"),
    _firm(
        "Green Street Veterinary Clinic", "617 0112", "desk@greenstvet.example", asks=3, days=(0,)
    ),
    _firm("Corner Books", "617 0155", "read@cornerbooks.example", asks=2, prefers="email"),
    _firm(
        "Fresh Pond Dental",
        "617 0111",
        "front@freshponddental.example",
        asks=3,
        days=(3,),
        also=("617 0114",),
    ),
    _firm("Kim & Sons Dry Cleaning", "617 0166", asks=2),
    _firm("Harbor Light Yoga", "781 0110", "hello@harborlightyoga.example", prefers="email"),
    _firm("Delgado Landscaping", "857 0135", also=("857 0133",)),
    _firm("St. Brigid's Parish Office", "781 0120", "office@stbrigids.example", asks=3),
    _firm(
        "Russo Brothers Plumbing",
        "781 0117",
        "jobs@russobros.example",
        also=("781 0115", "781 0118"),
    ),
    _firm("Saigon Kitchen", "857 0124", asks=2),
    _firm("Nowak Auto Body", "978 0120", "shop@nowakauto.example"),
    _firm("Olive & Thyme Catering", "978 0132", "orders@olivethyme.example", prefers="email"),
    _firm("Mill Street Hardware", "617 0180", "counter@millsthardware.example", asks=2),
    _firm("Beacon Tax & Bookkeeping", "508 0150", "mail@beacontax.example", prefers="email"),
    _firm("Two Rivers Montessori", "508 0151", "office@tworivers.example", asks=2),
    _firm("Feldman Architects", "617 0154", "studio@feldmanarch.example", prefers="email"),
    _firm("Doherty's Pub", "617 0110", is_known=False),
    _firm("Bay State Bicycle Repair", "857 0170", "bikes@baystatebikes.example"),
    _firm("Sundberg Ceramics", "339 0122", "kiln@sundbergceramics.example", language="sv"),
    _firm("Armstrong Realty", "603 0150", "team@armstrongrealty.example", prefers="email"),
    _firm("Pine Hill Animal Rescue", "413 0151", "paws@pinehillrescue.example", asks=2),
    _firm("Castillo Upholstery", "774 0114", also=("774 0113",), is_known=False),
    _firm("Northgate Physiotherapy", "351 0150", "desk@northgatephysio.example", asks=2),
    _firm("Laurent Pâtisserie", "617 0192", "bonjour@laurentpatisserie.example"),
    _firm("The Copper Kettle", "978 0155", asks=2),
    _firm("Mensah Tailoring", "857 0189", "stitch@mensahtailoring.example", is_known=False),
    _firm("Cambridge Chess Club", "617 0199", "secretary@cambridgechess.example"),
    _firm("Quincy Marine Supply", "339 0150", "dock@quincymarine.example"),
    # Two whose mail does not come to rest: one address is dead, one answers by itself.
    _firm("Lakeside Insurance", "781 0190", "claims@lakeside-ins.example", prefers="email"),
    _firm("Horizon Travel", "781 0191", "trips@horizontravel.example", prefers="email"),
)

PEOPLE = PERSONS + FIRMS

# Whose address was heard wrong at the counter: nobody has that one.
MISHEARD = _person(
    "Agnes Whitlock", "617 0196", "agnes@whitlok.example", prefers="email", is_known=False
)

DEAD_MAIL = "claims@lakeside-ins.example"
AWAY_MAIL = "trips@horizontravel.example"

ROBOTS = tuple(f"857 01{last:02}" for last in range(10))  # who calls to sell something
STRANGERS = tuple(f"212 01{last:02}" for last in range(60))  # who never said their name
