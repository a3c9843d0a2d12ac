from django.conf import settings
from django.db import migrations, models

from generation.concurrent_indexes import AddIndexBesideWork


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('generation', '0014_watching'),
        ('stylepacks', '0010_cover_blur'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='generation',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['queue', 'person', 'created_at', 'retry_at'], name='people_waiting'),
        ),
        AddIndexBesideWork(
            model_name='generation',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'claimed', 'rendering', 'delivering'])), fields=['person'], name='unended_of_person'),
        ),
    ]
