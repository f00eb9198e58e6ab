"""The lines of an order are kept as text, as those of the returned cart that it came from."""

from django.db import migrations

import punchout.models.json_text


class Migration(migrations.Migration):
    dependencies = [("trading", "0001_initial")]
    operations = [
        migrations.AlterField(
            "order",
            "table",
            punchout.models.json_text.JSONTextField(default=dict, verbose_name="lines"),
        ),
    ]
