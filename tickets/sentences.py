"""Sentences written down in English, said in the language of whoever reads."""

from django.utils.translation import gettext

from tickets.refusals import Refusal


def in_words(error: Exception) -> str:
    """Return what an error says, for a page."""
    if not isinstance(error, Refusal):
        return str(error)
    template = gettext(error.template)
    return template % error.values if error.values else template
