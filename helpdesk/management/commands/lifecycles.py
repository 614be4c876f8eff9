"""Draw every lifecycle as a diagram, from the tables beside the statuses."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print docs/lifecycles.md: every status and every arrow, as Mermaid diagrams."

    def handle(self, **options: Any) -> None:
        self.stdout.write("\n".join(drawn()))


def drawn() -> Iterator[str]:
    """Yield the lines of docs/lifecycles.md."""
    yield "# Lifecycles"
    yield ""
    yield "Drawn by `manage.py lifecycles` from the `MOVES` beside each status."
    for model in apps.get_models():
        moves = getattr(model, "MOVES", None)
        if moves is None:
            continue
        start = next(iter(moves)).value
        yield f"\n## {str(model._meta.verbose_name).capitalize()}\n\n```mermaid\nstateDiagram-v2"
        yield f"    [*] --> {start}"
        for status, targets in moves.items():
            yield from (f"    {status.value} --> {target.value}" for target in sorted(targets))
            if not targets:
                yield f"    {status.value} --> [*]"
        yield "```"
