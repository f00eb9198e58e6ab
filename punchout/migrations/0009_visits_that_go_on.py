import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('punchout', '0008_forms_kept_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='punchoutsession',
            name='begins_with',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='punchout.punchoutsession'),
        ),
        migrations.AddIndex(
            model_name='punchoutsession',
            index=models.Index(condition=models.Q(('begins_with__isnull', False)), fields=['begins_with'], name='session_begins_with'),
        ),
    ]
