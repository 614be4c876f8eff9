"""User names in small letters, except where two would then be the same: both stay as they were."""

from collections import Counter

from django.db import migrations


def lower(apps, schema_editor):
    user = apps.get_model("tickets", "User")
    names = dict(user.objects.values_list("pk", "username"))
    taken = Counter(name.lower() for name in names.values())
    for pk, name in names.items():
        if name != name.lower() and taken[name.lower()] == 1:
            user.objects.filter(pk=pk).update(username=name.lower())


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_notifications")]
    operations = [migrations.RunPython(lower, migrations.RunPython.noop, elidable=True)]
