import django.db.models.deletion
import pilotage.plan.work.models
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("plan", "0001_initial"),
        ("plan", "0002_work"),
        ("plan", "0003_readings"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=20)),
                ('position', models.PositiveSmallIntegerField()),
                ('weight', models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True)),
            ],
            options={
                'verbose_name': 'area',
                'ordering': ['position'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('issuer_zh', models.CharField(max_length=200)),
                ('issuer_en', models.CharField(blank=True, max_length=200)),
                ('document_number', models.CharField(blank=True, max_length=100)),
                ('issued_on', models.DateField(blank=True, null=True)),
                ('is_issue_date_verified', models.BooleanField(default=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('declared_action_count', models.PositiveIntegerField(blank=True, null=True)),
                ('declared_measure_count', models.PositiveIntegerField(blank=True, null=True)),
                ('notes', models.JSONField(default=list)),
                ('sources', models.JSONField(default=list)),
                ('reporting', models.JSONField(blank=True, default=dict)),
                ('version', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'plan',
                'ordering': ['-starts_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=20)),
                ('position', models.PositiveSmallIntegerField()),
                ('weight', models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True)),
                ('is_verified', models.BooleanField(default=True)),
                ('sources', models.JSONField(default=list)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='plan.area')),
            ],
            options={
                'verbose_name': 'action',
                'ordering': ['position'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure_code', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=20)),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('due_on', models.DateField()),
                ('weight', models.DecimalField(decimal_places=3, default=1, max_digits=8)),
                ('is_from_plan', models.BooleanField(default=False)),
                ('done_on', models.DateField(blank=True, null=True)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plan.plan')),
            ],
            options={
                'verbose_name': 'milestone',
                'ordering': ['due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LightOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure_code', models.CharField(max_length=20)),
                ('light', models.CharField(choices=[('done', 'Done'), ('green', 'On course'), ('amber', 'Needs attention'), ('red', 'Behind'), ('none', 'Nothing known yet')], max_length=6)),
                ('reason', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plan.plan')),
            ],
            options={
                'verbose_name': 'override of a light',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Deliverable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure_code', models.CharField(max_length=20)),
                ('target_code', models.CharField(max_length=20)),
                ('unit_code', models.CharField(blank=True, max_length=60)),
                ('state', models.CharField(choices=[('proposed', 'To be accepted'), ('accepted', 'Accepted'), ('declined', 'Not accepted'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('number', models.CharField(blank=True, max_length=100)),
                ('delivered_on', models.DateField()),
                ('address', models.URLField(blank=True, max_length=500)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_note', models.TextField(blank=True)),
                ('is_fictional', models.BooleanField(default=False)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plan.plan')),
            ],
            options={
                'verbose_name': 'deliverable',
                'ordering': ['delivered_on', 'id'],
            },
        ),
        migrations.AddField(
            model_name='area',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='areas', to='plan.plan'),
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=80)),
                ('content', models.JSONField()),
                ('loaded_at', models.DateTimeField()),
                ('loaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='plan.plan')),
            ],
            options={
                'verbose_name': 'plan version',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='ProgressReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure_code', models.CharField(max_length=20)),
                ('unit_code', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=6)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('resubmitted', 'Resubmitted'), ('accepted', 'Accepted')], default='draft', max_length=12)),
                ('done', models.TextField(blank=True)),
                ('problems', models.TextField(blank=True)),
                ('next_steps', models.TextField(blank=True)),
                ('progress', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('saved_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('review_note', models.TextField(blank=True)),
                ('light', models.CharField(blank=True, choices=[('done', 'Done'), ('green', 'On course'), ('amber', 'Needs attention'), ('red', 'Behind'), ('none', 'Nothing known yet')], max_length=6)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plan.plan')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'progress report',
                'ordering': ['-period', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ResponsibleUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=60)),
                ('sources', models.JSONField(default=list)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='units', to='plan.plan')),
            ],
            options={
                'verbose_name': 'responsible unit',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=20)),
                ('position', models.PositiveSmallIntegerField()),
                ('due_on', models.DateField(blank=True, null=True)),
                ('carries_over_to', models.DateField(blank=True, null=True)),
                ('weight', models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True)),
                ('is_verified', models.BooleanField(default=True)),
                ('sources', models.JSONField(default=list)),
                ('are_units_verified', models.BooleanField(default=True)),
                ('action', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='measures', to='plan.action')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measures', to='plan.area')),
                ('cooperating_units', models.ManyToManyField(blank=True, related_name='supported_measures', to='plan.responsibleunit')),
                ('lead_units', models.ManyToManyField(blank=True, related_name='led_measures', to='plan.responsibleunit')),
            ],
            options={
                'verbose_name': 'measure',
                'ordering': ['position'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('code', models.CharField(max_length=20)),
                ('kind', models.CharField(choices=[('minimum', 'at least'), ('exact', 'exactly'), ('range', 'range'), ('about', 'about'), ('growth', 'growth'), ('rate', 'rate'), ('deliverable', 'deliverable'), ('qualitative', 'qualitative')], max_length=12)),
                ('indicator', models.CharField(blank=True, max_length=80)),
                ('indicator_options', models.JSONField(blank=True, default=dict)),
                ('value', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ('value_max', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True)),
                ('tolerance', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('unit_zh', models.CharField(blank=True, max_length=20)),
                ('unit_en', models.CharField(blank=True, max_length=40)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('is_verified', models.BooleanField(default=True)),
                ('sources', models.JSONField(default=list)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='plan.measure')),
            ],
            options={
                'verbose_name': 'target',
                'ordering': ['position'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TargetReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_code', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('value', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('status', models.CharField(choices=[('met', 'Met'), ('in_progress', 'In progress'), ('carries_over', 'Carries over'), ('missed', 'Not met by the due date'), ('not_counted', 'No records yet'), ('cannot_count', 'Cannot be counted'), ('qualitative', 'Qualitative')], max_length=12)),
                ('outlook', models.CharField(choices=[('met', 'Met'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('unlikely', 'Unlikely to be met'), ('carries_over', 'Expected to carry over'), ('missed', 'Not met by the due date'), ('unknown', 'No forecast'), ('qualitative', 'Qualitative')], max_length=12)),
                ('forecast', models.JSONField(default=dict)),
                ('recorded_at', models.DateTimeField()),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='plan.plan')),
            ],
            options={
                'verbose_name': 'reading of a target',
                'verbose_name_plural': 'readings of targets',
                'ordering': ['day', 'target_code'],
            },
        ),
        migrations.CreateModel(
            name='WorkFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=200, upload_to=pilotage.plan.work.models.work_file_path)),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('scan', models.CharField(choices=[('unscanned', 'not scanned'), ('clean', 'no virus found'), ('infected', 'infected'), ('failed', 'scan failed')], default='unscanned', max_length=10)),
                ('uploaded_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('deliverable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='plan.deliverable')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plan.plan')),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='plan.progressreport')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'work file',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WorkReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure_code', models.CharField(max_length=20)),
                ('unit_code', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=6)),
                ('day', models.DateField()),
                ('due_at', models.DateTimeField()),
                ('to_manager', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plan.plan')),
            ],
            options={
                'verbose_name': 'reminder of a progress report',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.UniqueConstraint(fields=('area', 'code'), name='action_once'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(fields=('plan', 'measure_code', 'code'), name='milestone_once'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='milestone_weight_positive', violation_error_message='A weight must be more than 0.'),
        ),
        migrations.AddConstraint(
            model_name='lightoverride',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('plan', 'measure_code'), name='light_override_one', violation_error_message='The light of this measure has been overridden already.'),
        ),
        migrations.AddIndex(
            model_name='deliverable',
            index=models.Index(fields=['plan', 'target_code', 'state'], name='deliverable_counted'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.UniqueConstraint(fields=('plan', 'code'), name='area_once'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='plan_version_once'),
        ),
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(fields=['plan', 'state'], name='progress_report_queue'),
        ),
        migrations.AddConstraint(
            model_name='progressreport',
            constraint=models.UniqueConstraint(fields=('plan', 'measure_code', 'period', 'unit_code'), name='progress_report_once', violation_error_message='There is a report of this unit for this period already.'),
        ),
        migrations.AddConstraint(
            model_name='progressreport',
            constraint=models.CheckConstraint(condition=models.Q(('progress__isnull', True), ('progress__lte', 100), _connector='OR'), name='progress_report_percent', violation_error_message='Progress is at most 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='responsibleunit',
            constraint=models.UniqueConstraint(fields=('plan', 'code'), name='unit_once'),
        ),
        migrations.AddConstraint(
            model_name='measure',
            constraint=models.UniqueConstraint(fields=('area', 'code'), name='measure_once'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('measure', 'code'), name='target_once'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['deliverable', 'qualitative']), ('value__isnull', False), _connector='OR'), name='target_has_value', violation_error_message='A counted target must have a value.'),
        ),
        migrations.AddIndex(
            model_name='targetreading',
            index=models.Index(fields=['plan', 'day'], name='reading_by_day'),
        ),
        migrations.AddConstraint(
            model_name='targetreading',
            constraint=models.UniqueConstraint(fields=('plan', 'target_code', 'day'), name='reading_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deliverable__isnull', True), ('report__isnull', False)), models.Q(('deliverable__isnull', False), ('report__isnull', True)), _connector='OR'), name='work_file_of_one', violation_error_message='A file belongs to one report or one deliverable.'),
        ),
        migrations.AddConstraint(
            model_name='workreminder',
            constraint=models.UniqueConstraint(fields=('plan', 'measure_code', 'unit_code', 'period', 'day'), name='work_reminder_once_a_day', violation_error_message='The unit has been reminded of this report today.'),
        ),
    ])]
