import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("review", "0001_initial"),
        ("review", "0002_hearing"),
        ("review", "0003_experts"),
        ("review", "0004_assignment_runs"),
        ("review", "0005_selection_inputs"),
        ("review", "0006_discussion"),
        ("review", "0007_sittings"),
    ]

    initial = True

    dependencies = [
        ('calls', '0001_start'),
        ('registry', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='Discussion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('open', 'Open'), ('closed', 'Closed'), ('dropped', 'Taken off the list')], default='waiting', max_length=8)),
                ('origin', models.CharField(choices=[('spread', 'scores far apart'), ('secretariat', 'put there by the secretariat')], max_length=12)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('mean_before', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('spread_before', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('panel', models.JSONField(blank=True, default=list)),
                ('closes_at', models.DateTimeField(blank=True, null=True)),
                ('summary', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='discussion', to='calls.application')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.call')),
            ],
            options={
                'verbose_name': 'panel discussion',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ExpertProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('employer_name', models.CharField(blank=True, max_length=200)),
                ('disciplines', models.JSONField(default=list)),
                ('keywords_zh', models.JSONField(default=list)),
                ('keywords_en', models.JSONField(default=list)),
                ('biography', models.TextField(blank=True)),
                ('capacity', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('is_available', models.BooleanField(default=True)),
                ('terms', models.TextField(blank=True, editable=False)),
                ('employer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise')),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='expert_profile', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'expert',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='DiscussionRemark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('discussion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remarks', to='review.discussion')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'remark',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='discussion',
            name='chair',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.expertprofile'),
        ),
        migrations.CreateModel(
            name='DeclaredConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('employment', 'Employment or a position'), ('consultancy', 'Consultancy'), ('cooperation', 'Co-operation in projects'), ('shares', 'Shares or another financial interest'), ('family', 'Family member works there or holds shares'), ('other', 'Other tie')], max_length=12)),
                ('note', models.TextField(blank=True)),
                ('source', models.CharField(choices=[('expert', 'declared by the expert'), ('review', 'declared before a review'), ('secretariat', 'recorded by the secretariat')], max_length=12)),
                ('declared_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declared_conflicts', to='calls.application')),
                ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declared_conflicts', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'declared conflict',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('assigned', 'To review'), ('started', 'Begun'), ('finished', 'Reviewed'), ('recused', 'Recused'), ('cancelled', 'Cancelled')], default='assigned', max_length=10)),
                ('method', models.CharField(choices=[('manual', 'manual'), ('optimal', 'as suitable as can be'), ('round_robin', 'round robin')], max_length=12)),
                ('position', models.PositiveIntegerField(default=0)),
                ('total', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('comment', models.TextField(blank=True)),
                ('conflict', models.CharField(blank=True, max_length=20)),
                ('assigned_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='calls.application')),
                ('assigned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.call')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'assignment',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'absence',
                'ordering': ['starts_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage_key', models.CharField(max_length=40)),
                ('result', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Not passed')], max_length=8)),
                ('note', models.TextField(blank=True)),
                ('held_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hearings', to='calls.application')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'hearing',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enterprise_name', models.CharField(blank=True, max_length=200)),
                ('kind', models.CharField(choices=[('employment', 'Employment or a position'), ('consultancy', 'Consultancy'), ('cooperation', 'Co-operation in projects'), ('shares', 'Shares or another financial interest'), ('family', 'Family member works there or holds shares'), ('other', 'Other tie')], max_length=12)),
                ('starts_on', models.DateField(blank=True, null=True)),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('source', models.CharField(choices=[('expert', 'declared by the expert'), ('review', 'declared before a review'), ('secretariat', 'recorded by the secretariat')], max_length=12)),
                ('recorded_at', models.DateTimeField()),
                ('struck_at', models.DateTimeField(blank=True, null=True)),
                ('struck_reason', models.CharField(blank=True, max_length=500)),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.application')),
                ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.enterprise')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to='review.expertprofile')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'relation',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReviewSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat_count', models.PositiveSmallIntegerField(default=0)),
                ('finished_count', models.PositiveSmallIntegerField(default=0)),
                ('mean', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('spread', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review_summary', to='calls.application')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call')),
            ],
            options={
                'verbose_name': 'review summary',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=40)),
                ('value', models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ('comment', models.TextField(blank=True)),
                ('updated_at', models.DateTimeField()),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='review.assignment')),
            ],
            options={
                'verbose_name': 'score',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ScoreChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=40)),
                ('before', models.DecimalField(decimal_places=2, max_digits=5)),
                ('after', models.DecimalField(decimal_places=2, max_digits=5)),
                ('total_before', models.DecimalField(decimal_places=3, max_digits=6)),
                ('total_after', models.DecimalField(decimal_places=3, max_digits=6)),
                ('reason', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='review.assignment')),
                ('discussion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='review.discussion')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'score change',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SeatOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('lock', 'Locked'), ('forbid', 'Forbidden')], max_length=6)),
                ('reason', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seat_orders', to='calls.application')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seat_orders', to='review.expertprofile')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'seat order',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Selection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('confirmed', 'Confirmed'), ('discarded', 'Discarded')], default='draft', max_length=10)),
                ('parameters', models.JSONField()),
                ('inputs_digest', models.CharField(max_length=80)),
                ('results', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='selections', to='calls.call')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'selection',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='DecisionFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('selection', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision_file', to='review.selection')),
            ],
            options={
                'verbose_name': 'decision file',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SelectionInputs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('packed', models.BinaryField()),
                ('selection', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='inputs', to='review.selection')),
            ],
            options={
                'verbose_name': 'inputs of a selection',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SelectionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('mean', models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ('outcome', models.CharField(choices=[('selected', 'Selected'), ('reserve', 'Reserve'), ('not_selected', 'Not selected')], max_length=12)),
                ('reason', models.CharField(max_length=40)),
                ('figures', models.JSONField(default=dict)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.application')),
                ('selection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='review.selection')),
            ],
            options={
                'verbose_name': 'selection row',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='SittingMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage_key', models.CharField(max_length=40)),
                ('appointed_at', models.DateTimeField()),
                ('appointed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='calls.call')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sittings', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'member of a sitting',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SittingScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage_key', models.CharField(max_length=40)),
                ('criterion', models.CharField(max_length=40)),
                ('value', models.DecimalField(decimal_places=2, max_digits=5)),
                ('updated_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sitting_scores', to='calls.application')),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'sitting score',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StageScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage_key', models.CharField(max_length=40)),
                ('member_count', models.PositiveSmallIntegerField(default=0)),
                ('mean', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stage_scores', to='calls.application')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call')),
            ],
            options={
                'verbose_name': 'stage score',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AssignmentRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('solving', 'Being solved'), ('proposed', 'Preview'), ('final', 'Final'), ('discarded', 'Discarded'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('parameters', models.JSONField()),
                ('seed', models.CharField(max_length=100)),
                ('commitment', models.CharField(max_length=64)),
                ('inputs_digest', models.CharField(blank=True, max_length=64)),
                ('phase', models.CharField(blank=True, max_length=20)),
                ('share', models.FloatField(default=0.0)),
                ('result', models.JSONField(default=dict)),
                ('seats', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignment_runs', to='calls.call')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'assignment run',
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('call', 'number'), name='run_once'), models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'solving', 'proposed'])), fields=('call',), name='run_one_open', violation_error_message='Another run of this call is open.')],
            },
        ),
        migrations.CreateModel(
            name='ExpertInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('invited', 'Invited'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Taken back'), ('replaced', 'Replaced')], default='invited', max_length=10)),
                ('answer_by', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('invited_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expert_invitations', to='calls.call')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('expert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='review.expertprofile')),
            ],
            options={
                'verbose_name': 'invitation to a review',
                'ordering': ['id'],
                'indexes': [models.Index(fields=['call', 'state', 'expert'], name='invitation_call')],
                'constraints': [models.UniqueConstraint(fields=('call', 'expert'), name='invitation_once', violation_error_message='This expert has been asked already.')],
            },
        ),
        migrations.AddIndex(
            model_name='discussion',
            index=models.Index(fields=['call', 'state', 'id'], name='discussion_list'),
        ),
        migrations.AddConstraint(
            model_name='discussion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('summary', ''), _negated=True), _connector='OR'), name='discussion_closed_has_summary', violation_error_message='A discussion is closed with a summary.'),
        ),
        migrations.AddConstraint(
            model_name='declaredconflict',
            constraint=models.UniqueConstraint(fields=('expert', 'application'), name='conflict_declared_once', violation_error_message='This conflict is recorded already.'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['expert', 'call', 'position'], name='assignment_queue'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['call', 'expert', 'state', 'total'], name='assignment_load'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['application', 'state'], name='assignment_seats'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('conflict', ''), _negated=True), fields=['call'], name='assignment_conflict'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'cancelled'), _negated=True), fields=('application', 'expert'), name='assignment_once', violation_error_message='This expert already has a seat on this application.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'finished'), _negated=True), ('total__isnull', False), _connector='OR'), name='assignment_finished_has_total', violation_error_message='A finished review must score every criterion.'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_in_order', violation_error_message='The last day lies before the first.'),
        ),
        migrations.AddIndex(
            model_name='hearing',
            index=models.Index(fields=['application', 'stage_key', 'id'], name='hearing_latest'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('enterprise__isnull', False), models.Q(('enterprise_name', ''), _negated=True), _connector='OR'), name='relation_names_enterprise', violation_error_message='Name the enterprise.'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='relation_in_order', violation_error_message='The last day lies before the first.'),
        ),
        migrations.AddIndex(
            model_name='reviewsummary',
            index=models.Index(fields=['call', '-mean'], name='summary_mean'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.UniqueConstraint(fields=('assignment', 'criterion'), name='score_once'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.CheckConstraint(condition=models.Q(('value__isnull', True), ('value__gte', 0), _connector='OR'), name='score_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='seatorder',
            constraint=models.UniqueConstraint(fields=('application', 'expert'), name='seat_order_once'),
        ),
        migrations.AddConstraint(
            model_name='selection',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='selection_once'),
        ),
        migrations.AddConstraint(
            model_name='selection',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('call',), name='selection_one_confirmed', violation_error_message='This call already has a confirmed selection.'),
        ),
        migrations.AddIndex(
            model_name='selectionrow',
            index=models.Index(fields=['selection', 'position'], name='selection_row_place'),
        ),
        migrations.AddConstraint(
            model_name='selectionrow',
            constraint=models.UniqueConstraint(fields=('selection', 'application'), name='selection_row_once'),
        ),
        migrations.AddConstraint(
            model_name='sittingmember',
            constraint=models.UniqueConstraint(fields=('call', 'stage_key', 'expert'), name='sitting_member_once'),
        ),
        migrations.AddConstraint(
            model_name='sittingscore',
            constraint=models.UniqueConstraint(fields=('application', 'stage_key', 'expert', 'criterion'), name='sitting_score_once'),
        ),
        migrations.AddConstraint(
            model_name='sittingscore',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='sitting_score_not_negative'),
        ),
        migrations.AddIndex(
            model_name='stagescore',
            index=models.Index(fields=['call', 'stage_key', 'application'], name='stage_score_list'),
        ),
        migrations.AddConstraint(
            model_name='stagescore',
            constraint=models.UniqueConstraint(fields=('application', 'stage_key'), name='stage_score_once'),
        ),
    ])]
