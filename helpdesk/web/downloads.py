"""What strangers sent, as downloads: no browser ever shows it as a page of ours."""

from __future__ import annotations

from typing import IO

from django.core.files import File
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_safe

from helpdesk.web.http import Request
from tickets.models import Attachment
from tickets.text import one_line

# No script, no frame and no page of ours can come of it, whatever it claims to be.
POLICY = "sandbox; default-src 'none'"
UNKNOWN = "application/octet-stream"
# What a program that opens it may be told; the sender's own claim is told to nobody.
TYPES = {
    "avif": "image/avif",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@require_safe
def attachment(request: Request, pk: int) -> HttpResponseBase:
    # By way of the ticket it is on: what is on none is nobody's to see.
    found = get_object_or_404(Attachment, pk=pk, interaction__ticket__isnull=False)
    try:
        content = found.file.open()
    except FileNotFoundError:
        raise Http404 from None
    return download(content, found.name)


def download(
    content: File[bytes] | IO[bytes], name: str, *, content_type: str = ""
) -> FileResponse:
    """Answer with a file that is saved and never shown."""
    name = one_line(name, 150)
    extension = name.rpartition(".")[2].lower()
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=content_type or TYPES.get(extension, UNKNOWN),
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


urlpatterns = [path("attachments/<int:pk>/", attachment, name="attachment")]
