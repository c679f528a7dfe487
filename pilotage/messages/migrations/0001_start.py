import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("messaging", "0001_initial"),
        ("messaging", "0002_start_here"),
    ]

    initial = True

    dependencies = [
        ('calls', '0001_start'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='PostOffice',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('last_event', models.BigIntegerField(default=0)),
                ('last_digest_on', models.DateField(blank=True, null=True)),
                ('is_holding', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'post office',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_post_office')],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('language', models.CharField(max_length=10)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar feed',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user',), name='calendar_feed_one', violation_error_message='There is a calendar address already.')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('work', 'New work'), ('returned', 'Returned for correction'), ('receipt', 'Receipts'), ('progress', 'Progress of applications'), ('outcome', 'Decisions'), ('seat', 'Review assignments'), ('deadline', 'Deadlines and reminders'), ('account', 'Roles and accounts')], max_length=10)),
                ('text', models.CharField(max_length=60)),
                ('params', models.JSONField(default=dict)),
                ('key', models.CharField(max_length=160)),
                ('link', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('awaits_digest', models.BooleanField(default=False)),
                ('call', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call')),
                ('recipient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='inbox', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'inbox message',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['recipient', '-id'], name='message_inbox'), models.Index(fields=['recipient', 'kind', '-id'], name='message_kind'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['recipient', '-id'], name='message_unread'), models.Index(condition=models.Q(('awaits_digest', True)), fields=['recipient', 'id'], name='message_digest')],
                'constraints': [models.UniqueConstraint(fields=('recipient', 'key'), name='message_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254)),
                ('subject', models.CharField(max_length=300)),
                ('body', models.TextField()),
                ('language', models.CharField(blank=True, max_length=10)),
                ('sender', models.CharField(blank=True, max_length=300)),
                ('is_private', models.BooleanField(default=False)),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('held', 'Held'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField()),
                ('next_attempt_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'outbox e-mail',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_attempt_at', 'id'], name='outbox_due'), models.Index(fields=['state', '-id'], name='outbox_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='outbox_sent_at', violation_error_message='An e-mail that was sent must have its time.')],
            },
        ),
        migrations.CreateModel(
            name='PlannedReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage_key', models.CharField(max_length=40)),
                ('minutes', models.PositiveIntegerField()),
                ('group', models.CharField(choices=[('filers_with_draft', 'filers with an unsubmitted application'), ('filers', 'filers'), ('checkers', 'officers with applications to check'), ('recommenders', 'officers with applications to recommend'), ('cosigners', 'officers with applications to co-sign'), ('experts', 'experts with unfinished reviews'), ('secretariat', 'the secretariat')], max_length=20)),
                ('closes_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call')),
            ],
            options={
                'verbose_name': 'planned reminder',
                'ordering': ['due_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('call', 'stage_key', 'minutes', 'group'), name='reminder_once')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('work', 'New work'), ('returned', 'Returned for correction'), ('receipt', 'Receipts'), ('progress', 'Progress of applications'), ('outcome', 'Decisions'), ('seat', 'Review assignments'), ('deadline', 'Deadlines and reminders'), ('account', 'Roles and accounts')], max_length=10)),
                ('delivery', models.CharField(choices=[('at_once', 'Here and by e-mail at once'), ('daily', 'Here and in the daily digest'), ('in_app', 'Here only'), ('none', 'Not at all')], max_length=8)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='message_preferences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message preference',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='preference_once')],
            },
        ),
    ])]
