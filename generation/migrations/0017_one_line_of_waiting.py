from django.db import migrations

from generation.concurrent_indexes import RemoveIndexBesideWork


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('generation', '0016_archive'),
    ]

    operations = [
        RemoveIndexBesideWork(model_name='generation', name='waiting_by_queue'),
    ]
