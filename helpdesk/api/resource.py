"""What every resource of the API has in common: lists, rows, conditions and actions."""

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.cache import get_conditional_response
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from helpdesk.api import idempotency
from helpdesk.api.pages import Cursors
from helpdesk.api.strict import Ask
from helpdesk.models import ApiToken, Scope
from helpdesk.shapes.contract import Shape
from tickets.models import User

KEY = "[0-9]{1,18}"


class PreconditionFailed(APIException):
    status_code = 412
    default_detail = "It has changed since. Fetch it again, and see whether yours still fits."


class StrictFilters(DjangoFilterBackend):
    """Filters by name; one there is none of is refused and not passed over."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        filterset = self.get_filterset_class(view, queryset)
        view.refuse_unknown({*(filterset.base_filters if filterset else ()), "cursor", "page_size"})
        return super().filter_queryset(request, queryset, view)


class Resource(GenericViewSet[Any]):
    """Rows of one kind, as `shape` shows them; `scopes` has an entry for each action.

    Whatever changes something runs in one transaction, with the row it is about locked.
    """

    shape: ClassVar[type[Shape]]
    scopes: ClassVar[dict[str, Scope]]
    ordering: tuple[str, ...]
    expand: tuple[str, ...] = ()
    filter_backends = (StrictFilters,)
    pagination_class = Cursors
    lookup_value_regex = KEY

    def rows(self) -> QuerySet[Any]:
        """Return what there is; all of it, unless a resource knows better."""
        return self.shape.table().all()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.shape

    def get_queryset(self) -> QuerySet[Any]:
        return self.shape.loaded(self.rows(), self.expand)

    # -- what is asked -----------------------------------------------------------------------

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if getattr(self, "action", None) is None:  # there is no such method
            return
        if request.method in SAFE_METHODS:
            self.expand = self._expand(request)
            return
        self.refuse_unknown(set())
        method = str(request.method).lower()
        handler = getattr(self, method)
        # DRF looks for what is to be called only after this.
        if idempotency.HEADER in request.headers:
            setattr(self, method, idempotency.once(handler, request))
        else:
            setattr(self, method, transaction.atomic(handler))

    def refuse_unknown(self, known: set[str]) -> None:
        """Raise ValidationError for what stands in the query and means nothing here."""
        known = known | ({"expand"} if self.shape.EXPANDS else set())
        unknown = sorted(set(self.request.query_params) - known)
        if unknown:
            listed = ", ".join(sorted(known)) or "none"
            raise ValidationError(
                dict.fromkeys(unknown, f"There is no such parameter here. Known: {listed}.")
            )

    def _expand(self, request: Request) -> tuple[str, ...]:
        asked = [name for name in request.query_params.get("expand", "").split(",") if name]
        for name in asked:
            if name not in self.shape.EXPANDS:
                listed = ", ".join(self.shape.EXPANDS) or "nothing"
                raise ValidationError({"expand": f"One or more of: {listed}."})
        return tuple(dict.fromkeys(asked))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "expand": self.expand}

    @property
    def token(self) -> ApiToken:
        """Return what whoever asks came in with."""
        token = self.request.auth
        assert isinstance(token, ApiToken)  # HasScope has let nobody else in
        return token

    @property
    def by(self) -> User:
        """Return the program, as one of those who do things here."""
        by: User = self.token.user
        return by

    def ask(self, kind: type[Ask]) -> dict[str, Any]:
        """Read the body as `kind`. Raises ValidationError."""
        asked = kind(data=self.request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    # -- what is there -----------------------------------------------------------------------

    def get_object(self) -> Any:
        """Return the row the address names; locked, and as `If-Match` says, if it is to change."""
        rows = self.get_queryset().filter(**{self.lookup_field: self.kwargs[self.lookup_field]})
        is_read = self.request.method in SAFE_METHODS
        if not is_read:
            rows = rows.select_for_update(of=("self",))
        row = rows.first()
        if row is None:
            raise Http404
        if not is_read and (asked := self.request.headers.get("If-Match", "")):
            tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
            if "*" not in tags and self.etag(row) not in tags:
                raise PreconditionFailed
        return row

    def etag(self, row: Model) -> str:
        """Return what names this state of the row, whatever was asked to be expanded."""
        shown = JSONRenderer().render(self.shape(row).data)
        return f'"{hashlib.sha256(shown).hexdigest()[:32]}"'

    # -- what is answered --------------------------------------------------------------------

    def list(self, request: Request) -> Response:
        return self.listed(self.filter_queryset(self.get_queryset()))

    def listed(
        self, rows: QuerySet[Any], shape: type[Shape] | None = None, *ordering: str
    ) -> Response:
        """Answer with a page of rows, of another shape where it is given."""
        self.ordering = ordering or self.ordering
        page = self.paginate_queryset(rows)
        shown = (shape or self.shape)(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shown.data)

    def retrieve(self, request: Request, **kwargs: Any) -> Any:
        self.refuse_unknown(set())
        row = self.get_object()
        shown = Response(self.shape(row, context=self.get_serializer_context()).data)
        if self.expand:
            return shown  # more than the row: its tag would say nothing of the rest
        tag = self.etag(row)
        shown["ETag"] = tag
        return get_conditional_response(request._request, etag=tag, response=shown)

    def shown(self, row: Model, *, status: int = 200) -> Response:
        """Answer with the row of this resource as it is now."""
        fresh = self.shape.loaded(self.rows()).get(pk=row.pk)
        response = Response(self.shape(fresh).data, status=status)
        response["ETag"] = self.etag(fresh)
        return response

    def made(self, row: Model, shape: type[Shape], address: str) -> Response:
        """Answer with a row that is new."""
        fresh = shape.loaded(shape.table().all()).get(pk=row.pk)
        return Response(shape(fresh).data, status=201, headers={"Location": address})


def acts(
    path: str,
    ask: type[Ask],
    answer: type[BaseSerializer[Any]],
    *,
    status: int = 201,
    **schema: Any,
) -> Callable[[Any], Any]:
    """Make a method an action: POST to a sub-resource, one call into the journey."""

    def decorate(method: Any) -> Any:
        named = action(detail=True, methods=["post"], url_path=path, filter_backends=())(method)
        return extend_schema(request=ask, responses={status: answer}, **schema)(named)

    return decorate
