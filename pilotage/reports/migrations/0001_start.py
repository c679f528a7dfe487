import django.db.models.deletion
import pilotage.reports.dashboards.models
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("reports", "0001_work_reports"),
        ("reports", "0002_dashboards"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_start'),
        ('plan', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='WorkTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=300)),
                ('title_en', models.CharField(blank=True, max_length=300)),
                ('code', models.SlugField(max_length=60)),
                ('every', models.CharField(choices=[('month', 'monthly'), ('quarter', 'quarterly'), ('year', 'yearly')], max_length=8)),
                ('content', models.JSONField()),
                ('is_current', models.BooleanField(default=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='report_templates', to='plan.plan')),
            ],
            options={
                'verbose_name': 'report template',
                'ordering': ['plan', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WorkSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.PositiveSmallIntegerField(default=5)),
                ('recipients', models.JSONField(default=list)),
                ('is_enabled', models.BooleanField(default=False)),
                ('since', models.DateField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='schedule', to='reports.worktemplate')),
            ],
            options={
                'verbose_name': 'schedule of a work report',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WorkReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField()),
                ('period', models.CharField(max_length=7)),
                ('last_day', models.DateField()),
                ('as_of', models.DateField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('signed', 'Signed'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('signings', models.PositiveSmallIntegerField(default=0)),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_reports', to='plan.plan')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='reports.worktemplate')),
            ],
            options={
                'verbose_name': 'work report',
                'ordering': ['-last_day', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Dashboard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=pilotage.reports.dashboards.models.new_key, max_length=32, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('cards', models.JSONField(default=list)),
                ('sharing', models.CharField(choices=[('off', 'only me'), ('link', 'signed-in colleagues who have the link'), ('organisation', 'everybody in my organisation')], default='off', max_length=12)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dashboards', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dashboards', to='plan.plan')),
            ],
            options={
                'verbose_name': 'dashboard',
                'ordering': ['-changed_at', '-id'],
                'indexes': [models.Index(fields=['owner', '-changed_at'], name='dashboard_of_owner'), models.Index(fields=['organisation', 'sharing'], name='dashboard_of_body')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sharing', 'organisation'), _negated=True), ('organisation__isnull', False), _connector='OR'), name='dashboard_shared_with_somebody', violation_error_message='Say with which organisation the dashboard is shared.')],
            },
        ),
        migrations.CreateModel(
            name='TextBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=10)),
                ('text', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('edited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='reports.workreport')),
            ],
            options={
                'verbose_name': 'text of a work report',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('report', 'key', 'language'), name='report_text_once')],
            },
        ),
        migrations.CreateModel(
            name='ReportSending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signing', models.PositiveSmallIntegerField()),
                ('email', models.EmailField(max_length=254)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to='reports.workreport')),
            ],
            options={
                'verbose_name': 'sending of a work report',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('report', 'signing', 'person'), name='report_sent_once', violation_error_message='This person was sent the report already.')],
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signing', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('pdf', 'PDF'), ('docx', 'Word'), ('xlsx', 'XLSX')], max_length=4)),
                ('language', models.CharField(max_length=10)),
                ('content', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='reports.workreport')),
            ],
            options={
                'verbose_name': 'file of a work report',
                'ordering': ['-signing', 'id'],
                'constraints': [models.UniqueConstraint(fields=('report', 'signing', 'kind', 'language'), name='report_file_once')],
            },
        ),
        migrations.CreateModel(
            name='ReportData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('as_of', models.DateField()),
                ('packed', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='generations', to='reports.workreport')),
            ],
            options={
                'verbose_name': 'figures of a work report',
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('report', 'number'), name='report_data_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='worktemplate',
            constraint=models.UniqueConstraint(fields=('plan', 'code'), name='report_template_once'),
        ),
        migrations.AddConstraint(
            model_name='workschedule',
            constraint=models.CheckConstraint(condition=models.Q(('day__gte', 1), ('day__lte', 60)), name='schedule_day', violation_error_message='The day is 1 to 60 days after the period.'),
        ),
        migrations.AddConstraint(
            model_name='workreport',
            constraint=models.UniqueConstraint(fields=('template', 'period'), name='work_report_once', violation_error_message='There is a report on this period already.'),
        ),
        migrations.AddConstraint(
            model_name='workreport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'in_review']), models.Q(('signed_at__isnull', False), ('signings__gte', 1)), _connector='OR'), name='work_report_signed_at', violation_error_message='A signed report must have its time.'),
        ),
    ])]
