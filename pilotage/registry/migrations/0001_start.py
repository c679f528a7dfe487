import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("registry", "0001_initial"),
        ("registry", "0003_enterprise_kind"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='Division',
            fields=[
                ('code', models.CharField(max_length=6, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('short_zh', models.CharField(blank=True, max_length=30)),
                ('level', models.CharField(choices=[('province', 'province'), ('prefecture', 'prefecture'), ('county', 'county')], max_length=12)),
                ('is_pseudo', models.BooleanField(default=False)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='registry.division')),
            ],
            options={
                'verbose_name': 'division',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='EnterpriseImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(upload_to='imports/%Y/')),
                ('file_name', models.CharField(max_length=255)),
                ('file_digest', models.CharField(max_length=80)),
                ('sheets', models.JSONField(default=list)),
                ('sheet', models.CharField(blank=True, max_length=31)),
                ('header_row', models.PositiveIntegerField(default=1)),
                ('columns', models.JSONField(default=list)),
                ('sample', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('is_fictional', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('uploaded', 'uploaded'), ('checking', 'being checked'), ('checked', 'checked'), ('running', 'being written'), ('done', 'done'), ('failed', 'failed')], default='uploaded', max_length=12)),
                ('total_rows', models.PositiveIntegerField(null=True)),
                ('last_row', models.PositiveIntegerField(default=0)),
                ('position', models.PositiveIntegerField(default=0)),
                ('created_count', models.PositiveIntegerField(default=0)),
                ('updated_count', models.PositiveIntegerField(default=0)),
                ('unchanged_count', models.PositiveIntegerField(default=0)),
                ('refused_count', models.PositiveIntegerField(default=0)),
                ('warning_count', models.PositiveIntegerField(default=0)),
                ('message', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'enterprise import',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Industry',
            fields=[
                ('code', models.CharField(max_length=4, primary_key=True, serialize=False)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('short_zh', models.CharField(blank=True, max_length=30)),
                ('short_en', models.CharField(blank=True, max_length=60)),
                ('level', models.CharField(choices=[('section', 'section'), ('division', 'major category')], max_length=12)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='registry.industry')),
            ],
            options={
                'verbose_name': 'industry',
                'verbose_name_plural': 'industries',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Enterprise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('enterprise', 'enterprise'), ('branch', 'branch'), ('institute', 'university or institute'), ('park', 'park operator'), ('city', 'city government')], default='enterprise', max_length=12)),
                ('name_zh', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('short_zh', models.CharField(blank=True, max_length=60)),
                ('uscc', models.CharField(blank=True, max_length=18, null=True, unique=True, verbose_name='unified social credit code')),
                ('address', models.CharField(blank=True, max_length=300)),
                ('ownership', models.CharField(blank=True, choices=[('private', 'private'), ('central_soe', 'central state-owned'), ('other_soe', 'other state-owned'), ('state_controlled', 'state-controlled'), ('foreign', 'foreign'), ('joint_venture', 'joint venture')], max_length=20)),
                ('size', models.CharField(blank=True, choices=[('large', 'large'), ('medium', 'medium'), ('small', 'small'), ('micro', 'micro')], max_length=10)),
                ('is_legal_person', models.BooleanField(default=True)),
                ('is_fictional', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('bigrams', models.TextField(blank=True, editable=False)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('county', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='registry.enterprise')),
                ('prefecture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('industry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.industry')),
            ],
            options={
                'verbose_name': 'enterprise',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True)),
                ('division', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sites', to='registry.enterprise')),
            ],
            options={
                'verbose_name': 'site',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Title',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('issuer', models.CharField(blank=True, max_length=200)),
                ('batch', models.CharField(blank=True, max_length=100)),
                ('granted_on', models.DateField(blank=True, null=True)),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='titles', to='registry.enterprise')),
            ],
            options={
                'verbose_name': 'title',
                'ordering': ['-granted_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Identifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(choices=[('CN-USCC', 'unified social credit code'), ('CN-STOCK', 'stock code (China)'), ('XI-LEI', 'legal entity identifier'), ('EU-VAT', 'VAT number (EU)'), ('FR-SIREN', 'SIREN (France)'), ('GB-COH', 'company number (United Kingdom)'), ('OTHER', 'other identifier')], max_length=12)),
                ('value', models.CharField(max_length=40)),
                ('enterprise', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identifiers', to='registry.enterprise')),
            ],
            options={
                'verbose_name': 'identifier',
                'ordering': ['scheme', 'value'],
                'constraints': [models.UniqueConstraint(fields=('scheme', 'value'), name='identifier_unique', violation_error_message='Another enterprise already has this identifier.')],
            },
        ),
        migrations.CreateModel(
            name='ImportFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('column', models.CharField(blank=True, max_length=100)),
                ('value', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=40)),
                ('params', models.JSONField(default=dict)),
                ('is_warning', models.BooleanField(default=False)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faults', to='registry.enterpriseimport')),
            ],
            options={
                'verbose_name': 'import fault',
                'ordering': ['row', 'id'],
                'indexes': [models.Index(fields=['batch', 'is_warning', 'row', 'id'], name='fault_report')],
            },
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=models.Index(fields=['province', 'id'], name='enterprise_province'),
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=models.Index(fields=['prefecture', 'id'], name='enterprise_prefecture'),
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=models.Index(fields=['county', 'id'], name='enterprise_county'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('granted_on__isnull', True), ('valid_until__gte', models.F('granted_on')), _connector='OR'), name='title_validity_order', violation_error_message='A title cannot end before it was granted.'),
        ),
    ])]
