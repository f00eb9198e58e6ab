"""The lines of a returned cart become a table: names once, then a row for each line."""

from django.db import migrations, models


def to_table(apps, schema_editor):
    for returned in _all(apps):
        if isinstance(returned.table, list):
            lines = returned.table
            names = list(dict.fromkeys(name for line in lines for name in line))
            rows = [[line.get(name) for name in names] for line in lines]
            returned.table = {"fields": names, "rows": rows}
            returned.save(update_fields=["table"])


def to_lines(apps, schema_editor):
    for returned in _all(apps):
        if isinstance(returned.table, dict):
            names = returned.table.get("fields", ())
            returned.table = [
                {name: value for name, value in zip(names, row) if value is not None}
                for row in returned.table.get("rows", ())
            ]
            returned.save(update_fields=["table"])


def _all(apps):
    rows = apps.get_model("punchout", "ReturnedCart").objects.defer("form")
    return rows.order_by("pk").iterator(chunk_size=50)


class Migration(migrations.Migration):
    dependencies = [("punchout", "0009_visits_that_go_on")]
    operations = [
        migrations.RenameField("returnedcart", "lines", "table"),
        migrations.AlterField(
            "returnedcart", "table", models.JSONField(default=dict, verbose_name="lines")
        ),
        migrations.RunPython(to_table, to_lines),
    ]
