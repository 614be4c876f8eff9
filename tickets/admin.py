"""Staff, services, and what happened: the first are set up here, the last is only looked at."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import Arrival, Attachment, Call, Interaction, Mailbox, Service, User

SHOWN = 5000  # characters of what arrived

admin.site.unregister(Group)  # roles and superusers are all there is


class Table(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """One kind of rows."""

    list_per_page = 50
    show_full_result_count = False  # which would count a million rows a second time


class ReadOnly(Table):
    """Rows that come about by what happens, and by nothing else."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AppendOnly(Table):
    """Terms by version: a change is a new row, so that what was promised by the old one stays."""

    exclude = ("made_at", "made_by")
    ordering = ("-valid_from", "-pk")
    copied: ClassVar[tuple[str, ...]]  # what a new version takes from the one it is made from

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        why = _(
            "A version is never changed or deleted: what was promised and priced by it has to "
            "stay what it was. To change something, add a version; it holds from when you say."
        )
        return [(None, {"fields": self.get_fields(request, obj), "description": why})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"valid_from": now(), **given}

    def save_model(self, request: HttpRequest, obj: Any, form: Form, change: bool) -> None:
        obj.made_at, obj.made_by = now(), request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("to change it"))
    def new_version(self, obj: Any) -> str:
        """Link to a new version that begins as a copy of this one."""
        values = {name: self.typed(obj, name) for name in self.copied}
        given = urlencode({name: value for name, value in values.items() if value is not None})
        url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_add")
        return format_html('<a href="{}?{}">{}</a>', url, given, _("Make a new version"))

    def typed(self, obj: Any, name: str) -> object:
        """Return the field as it is typed into the form."""
        return obj._meta.get_field(name).value_from_object(obj)


@admin.register(User)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = (
        "username",
        "first_name",
        "last_name",
        "role",
        "phone",
        "extension",
        "is_active",
    )
    list_filter = ("role", "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (
            gettext_lazy("Who"),
            {"fields": ("first_name", "last_name", "email", "role")},
        ),
        (
            gettext_lazy("On the phone"),
            {
                "fields": ("phone", "extension"),
                "description": gettext_lazy(
                    "By these the phone system's calls are put down to the right person."
                ),
            },
        ),
        (
            gettext_lazy("May come in"),
            {
                "fields": ("is_active", "is_staff", "is_superuser"),
                "description": gettext_lazy(
                    "Who has left is made inactive: what they promised and did stays theirs. "
                    "This setup is open to superusers only."
                ),
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    *("username", "first_name", "last_name", "email", "role"),
                    *("phone", "extension", "password1", "password2"),
                ),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Service)
class ServiceAdmin(Table):
    list_display = ("name", "description", "position", "active")
    list_editable = ("position", "active")


@admin.register(Interaction)
class InteractionAdmin(ReadOnly):
    list_display = ("happened_at", "kind", "direction", "via", "ticket", "staff", "official")
    list_filter = ("kind", "direction", "official")
    list_select_related = ("ticket", "staff")
    ordering = ("-pk",)


@admin.register(Call)
class CallAdmin(ReadOnly):
    list_display = ("started_at", "from_number", "to_number", "status", "outcome", "was_answered")
    list_filter = ("status", "outcome")
    ordering = ("-pk",)


@admin.register(Arrival)
class ArrivalAdmin(ReadOnly):
    list_display = ("arrived_at", "via", "source", "verdict", "because")
    list_filter = ("verdict",)
    readonly_fields = ("content",)
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("as it came"))
    def content(self, arrival: Arrival) -> str:
        said = bytes(arrival.raw[:SHOWN]).decode(errors="replace")
        return format_html("<pre>{}</pre>", said + ("…" if len(arrival.raw) > SHOWN else ""))


@admin.register(Attachment)
class AttachmentAdmin(ReadOnly):
    list_display = ("name", "content_type", "size", "interaction")
    list_select_related = ("interaction",)
    exclude = ("file",)  # a download is by way of its ticket, and as one
    ordering = ("-pk",)


@admin.register(Mailbox)
class MailboxAdmin(ReadOnly):
    list_display = ("name", "read_at", "problem", "problem_at")
    ordering = ("name",)
