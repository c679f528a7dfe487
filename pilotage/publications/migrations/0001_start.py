import django.db.models.deletion
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("publications", "0001_initial"),
    ]

    initial = True

    dependencies = [
        ('registry', '0001_start'),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('programme_zh', models.CharField(max_length=200)),
                ('programme_en', models.CharField(blank=True, max_length=200)),
                ('name', models.CharField(max_length=300)),
                ('enterprise_name', models.CharField(blank=True, max_length=200)),
                ('city', models.CharField(blank=True, max_length=60)),
                ('category_zh', models.CharField(blank=True, max_length=100)),
                ('category_en', models.CharField(blank=True, max_length=100)),
                ('source', models.URLField(max_length=300)),
                ('is_fictional', models.BooleanField(default=False)),
                ('bigrams', models.TextField(blank=True, editable=False)),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
            ],
            options={
                'verbose_name': 'case',
                'ordering': ['-year', 'programme_zh', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('year__isnull', False)), fields=('programme_zh', 'name', 'year'), name='case_once'), models.UniqueConstraint(condition=models.Q(('year__isnull', True)), fields=('programme_zh', 'name'), name='case_once_undated')],
            },
        ),
    ])]
