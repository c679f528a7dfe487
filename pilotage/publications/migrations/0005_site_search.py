from django.db import migrations

from pilotage.core.search import CreateSearchIndex


class Migration(migrations.Migration):
    dependencies = [("publications", "0004_site")]
    operations = [CreateSearchIndex("publications", "SearchDocument"), CreateSearchIndex("publications", "SearchText")]
