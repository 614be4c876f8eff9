"""Lists a page at a time, by cursor: the thousandth page costs what the first does."""

from typing import Any

from django.core.exceptions import ValidationError as BadValue
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

BAD_CURSOR = "That is no cursor of ours. Begin without one, and follow `next` as it is given."


class Cursors(CursorPagination):
    """`?cursor=` as `next` and `previous` give it, `?page_size=` up to a hundred."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    offset_cutoff = 1000

    def get_page_size(self, request: Request) -> int:
        typed = request.query_params.get("page_size", "")
        if typed and not (typed.isascii() and typed.isdigit() and int(typed[:9])):
            raise ValidationError({"page_size": "A whole number from 1 to 100."})
        return min(int(typed[:9]), self.max_page_size) if typed else self.page_size

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (BadValue, ValueError, OverflowError):
            if self.cursor_query_param not in request.query_params:
                raise
            raise ValidationError({"cursor": BAD_CURSOR}) from None

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            return super().decode_cursor(request)
        except (NotFound, ValueError):
            raise ValidationError({"cursor": BAD_CURSOR}) from None

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)
