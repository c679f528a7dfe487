import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


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
        ('accounts', '0001_start'),
        ('calls', '0001_start'),
        ('registry', '0001_start'),
    ]

    operations = [
        migrations.AddField(
            model_name='enterpriseconsent',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='enterpriseconsent',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='accepted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='call',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calls.call'),
        ),
        migrations.AddField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='organisation',
            name='division',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.division'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='enterprise',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisation', to='registry.enterprise'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='membership',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='enterpriseconsent',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='accounts.organisation'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'unit'), _negated=True), models.Q(('unit_code', ''), _negated=True), _connector='OR'), name='organisation_unit_bound', violation_error_message='A responsible unit must name its code in the plan.'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.UniqueConstraint(condition=models.Q(('unit_code', ''), _negated=True), fields=('unit_code',), name='organisation_unit_once', violation_error_message='There is an organisation for this unit already.'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'enterprise'), _negated=True), ('enterprise__isnull', False), _connector='OR'), name='organisation_enterprise_bound', violation_error_message='An enterprise organisation must name its enterprise.'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['province', 'city', 'district', 'communications']), _negated=True), ('division__isnull', False), _connector='OR'), name='organisation_territory_bound', violation_error_message='A territorial organisation must name its division.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('call__isnull', True), ('ended_at__isnull', True)), fields=('user', 'organisation', 'role'), name='membership_once', violation_error_message='This person already has this role here.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('call__isnull', False), ('ended_at__isnull', True)), fields=('user', 'organisation', 'role', 'call'), name='membership_once_per_call', violation_error_message='This person already has this role here.'),
        ),
        migrations.AddConstraint(
            model_name='enterpriseconsent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('enterprise', 'organisation'), name='consent_once'),
        ),
    ]
