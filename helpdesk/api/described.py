"""What the OpenAPI document says of an operation beside what can be seen of it."""

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema as Spectacular
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from helpdesk.api import access, idempotency


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]


REFUSALS = {
    400: "Something in the request cannot be used; `errors` says what, field by field.",
    401: "No token, or one that is not or no longer valid.",
    403: "The token does not have the scope this needs.",
    404: "There is nothing at this address.",
    409: "It does not fit with how things stand: somebody else was first, or the shop lacks terms.",
    412: "`If-Match` was given, and the row has changed since.",
    413: "The body is too large.",
    415: "The body is not JSON in UTF-8.",
    422: "The `Idempotency-Key` was used for another request.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
    503: "The shop is not set up, or the database is away; try again later.",
}
READING = (400, 401, 403, 404, 429, 503)


class AutoSchema(Spectacular):
    """Adds to each operation the scope it needs, its headers, and how it may refuse."""

    global_params = [
        OpenApiParameter(
            idempotency.HEADER,
            location=OpenApiParameter.HEADER,
            description="A name for this write. Sent again under it within a day, it is answered"
            " again and not done again.",
        ),
        OpenApiParameter(
            "If-Match",
            location=OpenApiParameter.HEADER,
            description="The `ETag` of the row as you know it: refused with 412 if it has changed.",
        ),
    ]

    def get_override_parameters(self) -> list[Any]:
        given = list(super().get_override_parameters())
        if not hasattr(self.view, "shape"):  # no resource: nothing of this is for it
            return given
        if self.method not in SAFE_METHODS:
            has_row = getattr(self.view, "detail", False)
            return given + self.global_params[: 2 if has_row else 1]
        shape = self.view.shape
        if shape.EXPANDS and getattr(self.view, "action", "") in {"list", "retrieve"}:
            names = ", ".join(f"`{name}`" for name in shape.EXPANDS)
            given.append(
                OpenApiParameter("expand", description=f"With commas between, any of {names}.")
            )
        return given

    def get_examples(self) -> list[Any]:
        given = list(super().get_examples())
        if self.method in SAFE_METHODS:
            return given
        example = getattr(self.get_request_serializer(), "EXAMPLE", None)
        if not example:
            return given
        return [*given, OpenApiExample("As it may be sent", example, request_only=True)]

    def get_description(self) -> str:  # type: ignore[override]
        said = self._said() if hasattr(self.view, "shape") else super().get_description()
        scope = access.needed(self.view)
        return f"{said}\n\nNeeds the scope `{scope.value}`.".strip() if scope else said

    def _said(self) -> str:
        """Return what is asked for, in a write's own words."""
        asked = None if self.method in SAFE_METHODS else self.get_request_serializer()
        return cast(str, getattr(asked, "__doc__", "") or "")

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in READING if self.method in SAFE_METHODS else REFUSALS:
            said = self._get_response_for_code(  # type: ignore[no-untyped-call]
                OpenApiResponse(Problem, REFUSALS[code]),
                str(code),
                media_types=["application/problem+json"],
                direction=direction,
            )
            if str(code) in bodies:  # it refuses in two shapes
                bodies[str(code)]["content"] |= said["content"]
            else:
                bodies[str(code)] = said
        return bodies
