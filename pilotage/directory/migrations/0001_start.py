import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("directory", "0001_initial"),
    ]

    initial = True

    dependencies = [
        ('calls', '0001_start'),
        ('registry', '0001_start'),
        ('review', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='Directory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('prefix', models.CharField(max_length=12)),
            ],
            options={
                'verbose_name': 'directory',
                'verbose_name_plural': 'directories',
                'ordering': ['slug'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('year', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('prepared', 'Prepared'), ('published', 'Published')], default='prepared', max_length=10)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('declared_count', models.PositiveIntegerField(blank=True, null=True)),
                ('is_complete', models.BooleanField(default=True)),
                ('is_fictional', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('codes', models.JSONField(blank=True, default=dict)),
                ('call', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='calls.call')),
                ('directory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='directory.directory')),
            ],
            options={
                'verbose_name': 'edition',
                'ordering': ['-year', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('state', models.CharField(choices=[('prepared', 'Prepared'), ('listed', 'Listed'), ('rectifying', 'Rectifying'), ('removed', 'Removed'), ('expired', 'Expired')], default='prepared', max_length=10)),
                ('enterprise_name', models.CharField(blank=True, max_length=200)),
                ('project_title', models.CharField(blank=True, max_length=200)),
                ('level', models.CharField(blank=True, max_length=20)),
                ('scenario_count', models.PositiveSmallIntegerField(default=0)),
                ('facts', models.JSONField(default=dict)),
                ('label', models.CharField(blank=True, choices=[('benchmark', 'Benchmark'), ('five_star', 'Five-star'), ('four_star', 'Four-star'), ('three_star', 'Three-star')], max_length=20)),
                ('labelled_on', models.DateField(blank=True, null=True)),
                ('listed_on', models.DateField(blank=True, null=True)),
                ('removed_on', models.DateField(blank=True, null=True)),
                ('next_evaluation_on', models.DateField(blank=True, null=True)),
                ('is_fictional', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('bigrams', models.TextField(blank=True, editable=False)),
                ('application', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entry', to='calls.application')),
                ('edition', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='directory.edition')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='registry.enterprise')),
                ('industry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.industry')),
                ('prefecture', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
            ],
            options={
                'verbose_name': 'entry',
                'verbose_name_plural': 'entries',
                'ordering': ['edition', 'number'],
            },
        ),
        migrations.CreateModel(
            name='EntryCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dimension', models.CharField(choices=[('total', 'total'), ('province', 'province'), ('industry', 'industry'), ('scenario', 'scenario'), ('label', 'label')], max_length=10)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('count', models.PositiveIntegerField(default=0)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='directory.edition')),
            ],
            options={
                'verbose_name': 'entry count',
                'ordering': ['dimension', 'code'],
            },
        ),
        migrations.CreateModel(
            name='EntryScenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=10)),
                ('description', models.TextField(blank=True)),
                ('edition', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.edition')),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scenarios', to='directory.entry')),
            ],
            options={
                'verbose_name': 'entry scenario',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='PublicNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('number', models.CharField(max_length=40, unique=True)),
                ('body_zh', models.TextField(blank=True)),
                ('body_en', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'In public notice'), ('closed', 'Closed')], default='draft', max_length=8)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('chain_head', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='calls.call')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('selection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='review.selection')),
            ],
            options={
                'verbose_name': 'public notice',
                'ordering': ['-opens_at', '-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('organisation', models.CharField(blank=True, max_length=200)),
                ('contact', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('state', models.CharField(choices=[('received', 'Received'), ('dismissed', 'Dismissed'), ('upheld', 'Upheld')], default='received', max_length=10)),
                ('decision', models.TextField(blank=True)),
                ('received_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('origin_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.application')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='directory.publicnotice')),
            ],
            options={
                'verbose_name': 'objection',
                'ordering': ['-received_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='NoticeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.application')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='directory.publicnotice')),
            ],
            options={
                'verbose_name': 'notice row',
                'ordering': ['position'],
            },
        ),
        migrations.AddField(
            model_name='edition',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='directory.publicnotice'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'number'], name='entry_number'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'province', 'number'], name='entry_province'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'industry', 'number'], name='entry_industry'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['edition', 'label', 'number'], name='entry_label'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['state', 'number'], name='entry_state'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['removed', 'expired']), _negated=True), ('removed_on__isnull', False), _connector='OR'), name='entry_removed_on', violation_error_message='An entry that is no longer in force must have its date of removal.'),
        ),
        migrations.AddConstraint(
            model_name='entrycount',
            constraint=models.UniqueConstraint(fields=('edition', 'dimension', 'code'), name='entry_count_once'),
        ),
        migrations.AddIndex(
            model_name='entryscenario',
            index=models.Index(fields=['edition', 'code', 'entry'], name='entry_scenario_facet'),
        ),
        migrations.AddConstraint(
            model_name='entryscenario',
            constraint=models.UniqueConstraint(fields=('entry', 'code'), name='entry_scenario_once'),
        ),
        migrations.AddConstraint(
            model_name='publicnotice',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='notice_order', violation_error_message='A notice must close after it opens.'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['origin_digest', 'received_at'], name='objection_origin'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'received'), models.Q(('decision', ''), _negated=True), _connector='OR'), name='objection_decision_reasoned', violation_error_message='A decision on an objection must give its reason.'),
        ),
        migrations.AddConstraint(
            model_name='noticerow',
            constraint=models.UniqueConstraint(fields=('notice', 'application'), name='notice_row_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('directory', 'year', 'is_fictional', 'is_complete'), name='edition_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='edition_published_at', violation_error_message='A published edition must have its date.'),
        ),
    ])]
