"""OCI's material groups become the connection's classification table, which every protocol has."""

from django.db import migrations


def to_table(apps, schema_editor):
    for connection in apps.get_model("punchout", "Connection").objects.filter(adapter="oci"):
        options = dict(connection.options or {})
        groups, usual = options.pop("material_groups", {}), options.pop("material_group", "")
        table = {**groups, **({"*": usual} if usual else {})}
        if table:
            options["classifications"] = table | options.get("classifications", {})
        if options != connection.options:
            connection.options = options
            connection.save(update_fields=["options"])


def to_options(apps, schema_editor):
    for connection in apps.get_model("punchout", "Connection").objects.filter(adapter="oci"):
        options = dict(connection.options or {})
        table = dict(options.pop("classifications", {}))
        if usual := table.pop("*", ""):
            options["material_group"] = usual
        if groups := {code: group for code, group in table.items() if code.isdigit()}:
            options["material_groups"] = groups
        if options != connection.options:
            connection.options = options
            connection.save(update_fields=["options"])


class Migration(migrations.Migration):
    dependencies = [("punchout", "0004_returned_cart_findings")]
    operations = [migrations.RunPython(to_table, to_options)]
