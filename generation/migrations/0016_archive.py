import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from generation.concurrent_indexes import AddIndexBesideWork
from generation.monthly_partitions import CreateMonthlyModel


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('generation', '0015_people_in_line'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateMonthlyModel(
            name='Archived',
            by='ended_at',
            fields=[
                ('pk', models.CompositePrimaryKey('ended_at', 'kind', 'reference', blank=True, editable=False, primary_key=True, serialize=False)),
                ('ended_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('generation', 'Generation'), ('ledger', 'Ledger')], max_length=10)),
                ('reference', models.CharField(help_text='The generation, or what holds name', max_length=64)),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
            ],
            options={
                'indexes': [models.Index(fields=['reference'], name='archived_by_reference')],
            },
        ),
        AddIndexBesideWork(
            model_name='generation',
            index=models.Index(condition=models.Q(('state__in', ['failed', 'cancelled', 'blocked'])), fields=['finished_at', 'id'], name='ended_without_done'),
        ),
    ]
