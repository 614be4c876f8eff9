"""The phone's door: call events in Zammad's generic CTI shape, JSON or form.

https://docs.zammad.org/en/latest/api/generic-cti/index.html
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from helpdesk import journey
from helpdesk.api import access
from helpdesk.models import Scope
from tickets.channels import cti
from tickets.channels.contract import Malformed


@csrf_exempt
@login_not_required  # the token in the path is the log-in
@require_POST
def event(request: HttpRequest, token: str) -> JsonResponse:
    known = access.bearer(token, Scope.PHONE)
    if known is None:
        return _refused(401, "Invalid token, please contact your admin!")
    raw, content_type = request.body, request.headers.get("Content-Type", "")
    try:
        parsed = cti.parse(cti.decode(raw, content_type))
    except Malformed as malformed:
        journey.unreadable_event(
            raw,
            via=cti.SLUG,
            because=str(malformed),
            content_type=content_type,
            source=known.name,
            now=now(),
        )
        return _refused(422, str(malformed))
    heard = journey.call_event(parsed, raw, content_type=content_type, source=known.name, now=now())
    return JsonResponse(cti.reject() if heard.is_blocked else cti.ok())


def _refused(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
