import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from pilotage.core.first_tables import FirstTables


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_initial"),
        ("accounts", "0003_roles"),
        ("accounts", "0004_unit_officer"),
        ("accounts", "0005_token_scope"),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [FirstTables([
        migrations.CreateModel(
            name='EnterpriseConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'consent',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('filer', 'filer'), ('legal_representative', 'legal representative'), ('district_officer', 'district officer'), ('city_officer', 'city officer'), ('province_officer', 'province officer'), ('communications_officer', 'communications officer'), ('recommending_officer', 'recommending officer'), ('secretariat', 'secretariat'), ('expert', 'expert'), ('finance_liaison', 'finance liaison'), ('auditor', 'auditor'), ('unit_officer', 'unit officer')], max_length=24)),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'invitation',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('filer', 'filer'), ('legal_representative', 'legal representative'), ('district_officer', 'district officer'), ('city_officer', 'city officer'), ('province_officer', 'province officer'), ('communications_officer', 'communications officer'), ('recommending_officer', 'recommending officer'), ('secretariat', 'secretariat'), ('expert', 'expert'), ('finance_liaison', 'finance liaison'), ('auditor', 'auditor'), ('unit_officer', 'unit officer')], max_length=24)),
                ('is_manager', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'membership',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ministry', 'ministry'), ('province', 'provincial industry department'), ('city', 'city industry bureau'), ('district', 'district industry bureau'), ('communications', 'communications administration'), ('enterprise', 'enterprise'), ('experts', 'expert committee'), ('finance', 'financial institution'), ('audit', 'audit office'), ('recommender', 'recommending body without a territory'), ('unit', 'responsible unit')], max_length=16)),
                ('name_zh', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('unit_code', models.CharField(blank=True, max_length=60)),
                ('is_fictional', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'organisation',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('is_active', models.BooleanField(default=True)),
                ('is_fictional', models.BooleanField(default=False)),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('key_digest', models.CharField(max_length=64, unique=True)),
                ('can_report', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
                'ordering': ['-id'],
            },
        ),
    ])]
