"""A returned cart points to the message that it was handed over in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("punchout", "0006_client_access_and_pending_origins")]
    operations = [
        migrations.AddField(
            model_name="returnedcart",
            name="message",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="handed_over",
                to="punchout.wiremessage",
                verbose_name="message",
            ),
        ),
    ]
