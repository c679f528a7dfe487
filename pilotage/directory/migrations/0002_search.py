from django.db import migrations

from pilotage.core.search import CreateSearchIndex


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_start")]
    operations = [CreateSearchIndex("directory", "Entry")]
