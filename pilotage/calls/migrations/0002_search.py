from django.db import migrations

from pilotage.core.search import CreateSearchIndex


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_start")]

    operations = [CreateSearchIndex("calls", "Application")]
