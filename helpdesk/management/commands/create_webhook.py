"""Have a program told what happens here."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from helpdesk import webhooks
from helpdesk.models import ApiToken, Scope
from helpdesk.webhooks import BadAddress, BadEvents


class Command(BaseCommand):
    help = "Have what happens sent to an address, and print the secret that it is signed with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("token", help="the name of the token that it belongs to")
        parser.add_argument("url", help="https://…")
        parser.add_argument(
            "--event",
            action="append",
            required=True,
            choices=[*webhooks.KINDS, webhooks.ALL],
            dest="events",
        )
        parser.add_argument("--description", default="")

    def handle(
        self, *, token: str, url: str, events: list[str], description: str, **options: Any
    ) -> None:
        try:
            endpoint = webhooks.opened(_token(token), url, events, description, now=now())
        except (BadAddress, BadEvents) as problem:
            raise CommandError(str(problem)) from None
        self.stderr.write("Copy it now, it is not shown again:")
        self.stdout.write(webhooks.secret(endpoint))


def _token(name: str) -> ApiToken:
    """Return the newest of that name that may have webhooks."""
    named: list[ApiToken] = list(ApiToken.objects.filter(name=name).order_by("-created"))
    able = [token for token in named if Scope.WEBHOOKS.value in token.scopes]
    if not named:
        raise CommandError(f"There is no token named {name}: make one with create_token.")
    if not able:
        raise CommandError(f"The token {name} lacks the scope “{Scope.WEBHOOKS.value}”.")
    return able[0]
