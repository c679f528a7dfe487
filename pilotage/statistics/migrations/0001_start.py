import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("statistics", "0001_initial"),
    ]

    initial = True

    dependencies = [
        ('plan', '0001_start'),
        ('registry', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='DataSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('is_used', models.BooleanField(default=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_sets', to='plan.plan')),
            ],
            options={
                'verbose_name': 'data set',
                'ordering': ['slug'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DataSetVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=80)),
                ('content', models.JSONField()),
                ('loaded_at', models.DateTimeField()),
                ('data_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='statistics.dataset')),
            ],
            options={
                'verbose_name': 'version of a data set',
                'ordering': ['-number'],
            },
        ),
        migrations.AddField(
            model_name='dataset',
            name='current',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statistics.datasetversion'),
        ),
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reporter', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=7)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('resubmitted', 'Resubmitted'), ('province_approved', 'Approved by the province'), ('locked', 'Approved and locked'), ('unlocked', 'Unlocked for correction')], default='draft', max_length=20)),
                ('edition', models.PositiveIntegerField(default=0)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('begun_by', models.CharField(blank=True, max_length=60)),
                ('is_recorded_history', models.BooleanField(default=False)),
                ('data_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='statistics.dataset')),
                ('prefecture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='statistics.datasetversion')),
            ],
            options={
                'verbose_name': 'return',
                'ordering': ['-starts_on', 'reporter', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('element', models.CharField(max_length=60)),
                ('screen', models.CharField(choices=[('history', 'unlike its own past'), ('peers', 'unlike its peers'), ('change', 'sudden change'), ('rule', 'a rule of the data set')], max_length=8)),
                ('rule', models.CharField(blank=True, max_length=60)),
                ('figure', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('score', models.FloatField(blank=True, null=True)),
                ('usual', models.FloatField(blank=True, null=True)),
                ('answer', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='statistics.return')),
            ],
            options={
                'verbose_name': 'question about a figure',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100)),
                ('digest', models.CharField(max_length=80)),
                ('answer', models.JSONField()),
                ('at', models.DateTimeField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statistics.return')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'sending of a return',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Value',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('element', models.CharField(max_length=60)),
                ('current', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('decided', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='statistics.return')),
            ],
            options={
                'verbose_name': 'reported figure',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ValueRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('figure', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField()),
                ('recorded_at', models.DateTimeField()),
                ('why', models.TextField(blank=True)),
                ('source', models.URLField(blank=True, max_length=500)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('value', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='statistics.value')),
            ],
            options={
                'verbose_name': 'revision of a figure',
                'ordering': ['value', 'number'],
            },
        ),
        migrations.AddField(
            model_name='value',
            name='decided_revision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statistics.valuerevision'),
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('why', models.TextField(blank=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('value', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='statistics.value')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='statistics.valuerevision')),
            ],
            options={
                'verbose_name': 'decision on a figure',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='datasetversion',
            constraint=models.UniqueConstraint(fields=('data_set', 'number'), name='data_set_version_once'),
        ),
        migrations.AddIndex(
            model_name='return',
            index=models.Index(fields=['data_set', 'state', 'starts_on'], name='return_by_state'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.UniqueConstraint(fields=('data_set', 'reporter', 'starts_on'), name='return_once', violation_error_message='There is a return of this period already.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(fields=('report', 'element', 'screen', 'rule'), name='flag_once'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.UniqueConstraint(fields=('user', 'key'), name='sending_once'),
        ),
        migrations.AddConstraint(
            model_name='valuerevision',
            constraint=models.UniqueConstraint(fields=('value', 'number'), name='value_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.UniqueConstraint(fields=('report', 'element'), name='value_once'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['value', 'at'], name='decision_of_value'),
        ),
    ])]
