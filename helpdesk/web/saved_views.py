"""Lists as somebody likes to have them: kept by a name, for oneself or for everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise as LazyText
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.models import SavedView
from helpdesk.web.fields import Line
from helpdesk.web.http import Request
from tickets.models import Shop, User
from tickets.text import one_line

MOST = 12  # over a list; all of them are on their own page
LONGEST = 200  # of one value
LONGEST_QUERY = 500

# The lists that can be kept, and what each can be narrowed by; nothing else is.
LISTS: dict[str, LazyText] = {
    "tickets": gettext_lazy("Tickets"),
    "customers": gettext_lazy("Customers"),
}
FILTERS: dict[str, dict[str, LazyText]] = {
    "tickets": {
        "q": gettext_lazy("Find"),
        "state": gettext_lazy("How they stand"),
        "assignee": gettext_lazy("Whose"),
        "service": gettext_lazy("Service"),
        "only": gettext_lazy("Only"),
    },
    "customers": {"q": gettext_lazy("Find")},
}
# A list's own reading of a query: what of it means something, and the rows it then finds.
Reading = tuple[Mapping[str, str], QuerySet[Any]]
Read = Callable[[QueryDict], Reading]


@dataclass(frozen=True)
class Shown:
    """A view over its list: how many it finds now, and by which filters it finds no more."""

    row: SavedView
    url: str
    count: int
    is_here: bool
    gone: str = ""  # names of filters


@dataclass(frozen=True)
class Views:
    """What stands over a list; `counts` are those that were asked for with them."""

    shown: list[Shown] = field(default_factory=list)
    here: Shown | None = None
    has_more: bool = False
    save_url: str = ""  # empty where nothing is narrowed, or a view is just that
    counts: Mapping[str, int] = field(default_factory=dict)


def over(
    request: Request, page: str, read: Read, *, also: Mapping[str, QuerySet[Any]] | None = None
) -> Views:
    """Return the views over the list `page`, counted in one statement with what is `also` asked.

    A part of the page, for htmx, has no views: they stand over it.
    """
    rows = [] if request.htmx else list(_usable(request.user).filter(page=page)[: MOST + 1])
    readings = {row.pk: read(_query(row)) for row in rows[:MOST]}
    counts = _counted({str(pk): found for pk, (_, found) in readings.items()} | dict(also or {}))
    asked = request.GET.get("view", "")
    shown = []
    for row in rows[:MOST]:
        understood = readings[row.pk][0]
        gone = [str(FILTERS[page][name]) for name in _query(row) if not understood.get(name)]
        url = f"{reverse(page)}?{urlencode({**understood, 'view': row.pk})}"
        is_here = asked == str(row.pk)
        shown.append(Shown(row, url, counts[str(row.pk)], is_here, ", ".join(gone)))
    here = next((view for view in shown if view.is_here), None)
    mine = read(request.GET)[0]
    is_kept = here is not None and dict(mine) == dict(readings[here.row.pk][0])
    save_url = f"{reverse('view-new')}?{urlencode({'list': page, **mine})}" if mine else ""
    return Views(
        shown,
        here=here if is_kept else None,
        has_more=len(rows) > MOST,
        save_url="" if is_kept else save_url,
        counts=counts,
    )


def _usable(user: User) -> QuerySet[SavedView]:
    """Return one's own and everybody's, one's own first."""
    mine_or_shared = SavedView.objects.filter(Q(user=user) | Q(is_shared=True), page__in=LISTS)
    theirs = Case(When(user=user, then=Value(0)), default=1, output_field=IntegerField())
    return mine_or_shared.select_related("user").order_by(theirs, "name", "pk")


def _query(row: SavedView) -> QueryDict:
    return known(row.page, QueryDict(row.query))


def known(page: str, given: QueryDict) -> QueryDict:
    """Keep of `given` what the list can be narrowed by, one value each."""
    query = QueryDict(mutable=True)
    for name in FILTERS[page]:
        if value := one_line(given.get(name, ""))[:LONGEST]:
            query[name] = value
    return query


def _counted(found: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    if not found:
        return {}
    names = {f"count_{n}": name for n, name in enumerate(found)}
    counts = Shop.objects.values(**{alias: _count(found[names[alias]]) for alias in names}).first()
    return {names[alias]: n for alias, n in (counts or dict.fromkeys(names, 0)).items()}


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


# -- their own pages -------------------------------------------------------------------------------


class ViewForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    name = Line(label=gettext_lazy("Name"), max_length=40)

    class Meta:
        model = SavedView
        fields = ("name", "is_shared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "view-%s"} | kwargs)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        mine = SavedView.objects.filter(user=self.instance.user, page=self.instance.page, name=name)
        if mine.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("You have a view of that name. Choose another."))
        return name


@require_GET
def views(request: Request) -> HttpResponse:
    rows = [(row, LISTS[row.page], _open(row)) for row in _usable(request.user)]
    return render(request, "views/views.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def view_new(request: Request) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    page = given.get("list", "")
    if page not in LISTS:
        raise Http404
    query = known(page, QueryDict(given["query"]) if "query" in given else given)
    row = SavedView(user=request.user, page=page, query=query.urlencode(), saved_at=now())
    form = ViewForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        if row.query and len(row.query) <= LONGEST_QUERY:
            form.save()
            messages.success(request, _("Saved: %s") % row)
            return redirect(_open(row))
        form.add_error(None, _("Narrow the list by something shorter first, then save it."))
    context = {"form": form, "list": page, "title": LISTS[page], "query": row.query}
    status = 422 if form.errors else 200
    return render(request, "views/view.html", context, status=status)


@require_http_methods(["GET", "POST"])
def view(request: Request, pk: int) -> HttpResponse:
    row = _to_change(request, pk)
    is_mine = row.user == request.user
    form = ViewForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST":
        if not is_mine:
            raise PermissionDenied
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved: %s") % row)
            return redirect("views")
    context = {
        "form": form if is_mine else None,
        "row": get_object_or_404(SavedView, pk=pk),
        "title": LISTS[row.page],
    }
    return render(request, "views/view.html", context, status=422 if form.errors else 200)


@require_POST
def view_delete(request: Request, pk: int) -> HttpResponse:
    row = _to_change(request, pk)
    row.delete()
    messages.success(request, _("“%s” is gone.") % row)
    return redirect("views")


def _to_change(request: Request, pk: int) -> SavedView:
    """Find one's own; owners may take away everybody's. What is private is not there at all."""
    row = get_object_or_404(_usable(request.user), pk=pk)
    if row.user != request.user and not request.user.is_owner:
        raise PermissionDenied
    return row


def _open(row: SavedView) -> str:
    return f"{reverse(row.page)}?{urlencode({**_query(row).dict(), 'view': row.pk})}"


urlpatterns = [
    path("views/", views, name="views"),
    path("views/new/", view_new, name="view-new"),
    path("views/<int:pk>/", view, name="view"),
    path("views/<int:pk>/delete/", view_delete, name="view-delete"),
]
