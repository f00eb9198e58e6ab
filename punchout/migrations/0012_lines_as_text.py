"""The lines of a returned cart are kept as text."""

from django.db import migrations

import punchout.models.json_text


class Migration(migrations.Migration):
    dependencies = [("punchout", "0011_order_number")]
    operations = [
        migrations.AlterField(
            "returnedcart",
            "table",
            punchout.models.json_text.JSONTextField(default=dict, verbose_name="lines"),
        ),
    ]
