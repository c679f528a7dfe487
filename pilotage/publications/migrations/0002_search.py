from django.db import migrations

from pilotage.core.search import CreateSearchIndex


class Migration(migrations.Migration):
    dependencies = [("publications", "0001_start")]
    operations = [CreateSearchIndex("publications", "Case")]
