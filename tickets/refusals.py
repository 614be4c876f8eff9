"""What is refused, in a sentence that can be said in any language. Pure: it knows no catalogue.

Whoever may import Django says it to its reader by `tickets.sentences`.
"""


def gettext_noop(text: str) -> str:
    """List `text` among what is to be translated; `manage.py catalogue` knows it by this name."""
    return text


class Refusal(Exception):
    """Something is refused: `template` is the sentence, `values` what fills in its %(name)s.

    As a string it is English, for programs and logs. Without values a per cent sign is one.
    """

    def __init__(self, template: str = "", **values: object) -> None:
        super().__init__(template % values if values else template)
        self.template, self.values = template, values
