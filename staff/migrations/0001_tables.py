"""Who answers, when they are on duty, and how they sign in."""

import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("staff", "0001_initial"),
        ("staff", "0002_administrators_run_the_back_office"),
        ("staff", "0003_general_manager"),
        ("staff", "0004_shifts"),
        ("staff", "0005_who_is_on_duty"),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(max_length=40, verbose_name='name')),
                ('work_number', models.CharField(max_length=12, unique=True, verbose_name='work number')),
                ('role', models.CharField(choices=[('agent', 'Agent'), ('supervisor', 'Supervisor'), ('manager', 'Manager'), ('general_manager', 'General manager'), ('administrator', 'Administrator'), ('department_handler', 'Department handler')], max_length=30, verbose_name='role')),
                ('capacity', models.PositiveSmallIntegerField(db_default=5, default=5, help_text='How many waiting customers this person can serve at once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='capacity')),
                ('presence', models.CharField(choices=[('on_duty', 'On duty'), ('away', 'Busy or away'), ('off', 'Off duty')], db_default='off', default='off', editable=False, max_length=10)),
                ('presence_since', models.DateTimeField(editable=False, null=True)),
                ('seen_at', models.DateTimeField(editable=False, null=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('supervisor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='team', to=settings.AUTH_USER_MODEL, verbose_name='supervisor')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ('work_number',),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('is_staff', True), ('is_superuser', True), ('role', 'administrator')), models.Q(models.Q(('role', 'administrator'), _negated=True), ('is_staff', False), ('is_superuser', False)), _connector='OR'), name='user_administrators_run_the_back_office'), models.CheckConstraint(condition=models.Q(('presence__in', ['on_duty', 'away', 'off'])), name='user_presence_known')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_zh', models.CharField(max_length=80, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=80, verbose_name='English name')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('head', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='heads', to=settings.AUTH_USER_MODEL, verbose_name='head')),
            ],
            options={
                'verbose_name': 'department',
                'verbose_name_plural': 'departments',
                'ordering': ('code',),
            },
        ),
        migrations.AddField(
            model_name='user',
            name='department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='staff.department', verbose_name='department'),
        ),
        migrations.CreateModel(
            name='PresenceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('on_duty', 'On duty'), ('away', 'Busy or away'), ('off', 'Off duty')], max_length=10, verbose_name='state')),
                ('how', models.CharField(choices=[('said', 'said so'), ('signed_in', 'signed in'), ('signed_out', 'signed out'), ('unseen', 'no page open any more'), ('seen_again', 'a page open again'), ('changed', 'role or capacity changed')], max_length=10, verbose_name='how')),
                ('role', models.CharField(max_length=30, verbose_name='role')),
                ('capacity', models.PositiveSmallIntegerField(verbose_name='capacity')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='presence_lines', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'line of presence',
                'verbose_name_plural': 'lines of presence',
                'ordering': ('at', 'pk'),
                'indexes': [models.Index(fields=['user', '-at', '-id'], name='presence_newest'), models.Index(fields=['at'], name='presence_in_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['on_duty', 'away', 'off'])), name='presence_state_known'), models.CheckConstraint(condition=models.Q(('how__in', ['said', 'signed_in', 'signed_out', 'unseen', 'seen_again', 'changed'])), name='presence_how_known')],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_zh', models.CharField(max_length=80, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=80, verbose_name='English name')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('begins', models.PositiveSmallIntegerField(help_text='The full hour of the local day, 0 to 23.', validators=[django.core.validators.MaxValueValidator(23)], verbose_name='begins')),
                ('ends', models.PositiveSmallIntegerField(help_text='The full hour, 1 to 24; an hour at or before the beginning is on the next day.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)], verbose_name='ends')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'shift',
                'verbose_name_plural': 'shifts',
                'ordering': ('position', 'begins', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('begins__lt', 24), ('ends__gte', 1), ('ends__lte', 24)), name='shift_begins_and_ends_on_hours_of_the_day'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('active', True)), expressions=[(models.Case(models.When(begins__lt=models.F('ends'), then=models.Func(models.Func(models.F('begins'), models.F('ends'), function='int4range', output_field=django.contrib.postgres.fields.ranges.IntegerRangeField()), function='int4multirange', output_field=models.TextField())), default=models.Func(models.Func(models.F('begins'), models.Value(24), function='int4range', output_field=django.contrib.postgres.fields.ranges.IntegerRangeField()), models.Func(models.Value(0), models.F('ends'), function='int4range', output_field=django.contrib.postgres.fields.ranges.IntegerRangeField()), function='int4multirange', output_field=models.TextField())), '&&')], name='shift_one_in_use_for_each_hour')],
            },
        ),
        migrations.CreateModel(
            name='SignInLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_links', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['agent', 'supervisor', 'manager', 'general_manager', 'administrator', 'department_handler'])), name='user_role_known'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', 'department_handler'), _negated=True), ('department__isnull', False), _connector='OR'), name='user_handler_has_department'),
        ),
    ]
