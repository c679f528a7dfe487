import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("audit", "0001_initial"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='AuditSnapshot',
            fields=[
                ('digest', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('body', models.TextField()),
            ],
            options={
                'verbose_name': 'audit snapshot',
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
                ('digest', models.CharField(max_length=80)),
            ],
            options={
                'verbose_name': 'audit head',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_one_head')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('actor_label', models.CharField(max_length=300)),
                ('verb', models.CharField(max_length=80)),
                ('object_type', models.CharField(max_length=80)),
                ('object_id', models.CharField(max_length=64)),
                ('object_label', models.CharField(max_length=300)),
                ('reason', models.TextField(blank=True)),
                ('snapshot_digest', models.CharField(max_length=80)),
                ('previous', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=80, unique=True)),
                ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'audit event',
                'ordering': ['number'],
                'indexes': [models.Index(fields=['object_type', 'object_id', '-number'], name='audit_object'), models.Index(fields=['verb', '-number'], name='audit_verb')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_type', models.CharField(max_length=80)),
                ('object_id', models.CharField(max_length=64)),
                ('object_label', models.CharField(max_length=300)),
                ('verb', models.CharField(max_length=80)),
                ('reason', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('open', 'waiting for a second person'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn')], default='open', max_length=12)),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'proposal',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('object_type', 'object_id', 'verb'), name='audit_one_open_proposal', violation_error_message='This act has been proposed already and waits for a second person.'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), ('state', 'withdrawn'), _connector='OR'), name='audit_two_different_people', violation_error_message='The person who proposed an act cannot confirm it.')],
            },
        ),
    ])]
