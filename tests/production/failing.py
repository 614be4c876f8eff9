"""What the web server calls, with a page that fails as badly as one can."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import get_resolver, path

from helpdesk.wsgi import application

TOLD = "Ingrid on +16175550142 with Bearer"


@login_not_required
def fails(request):
    try:
        raise KeyError(settings.SECRET_KEY)
    except KeyError as error:
        raise ValueError(f"{TOLD} {request.GET['key']}") from error


get_resolver().url_patterns.append(path("fails", fails))

__all__ = ["application"]
