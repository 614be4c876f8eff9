"""The promise ledger as tests read it back: every row, the oldest first."""

from policies.models import Promise


def fates():
    """What was promised, and how it stands."""
    return list(Promise.objects.order_by("pk").values_list("kind", "status"))


def dues():
    """By when what is still owed was promised."""
    return list(Promise.objects.open().order_by("pk").values_list("due_at", flat=True))


def chain(promise):
    """The promise and all it comes after, the latest first."""
    links = [promise]
    while links[-1].follows is not None:
        links.append(links[-1].follows)
    return links
