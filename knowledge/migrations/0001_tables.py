"""Scripts, forbidden phrases and limits of promises, with their earlier states."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("knowledge", "0001_initial"),
        ("knowledge", "0002_phrases_and_versions"),
        ("knowledge", "0004_limits_of_promises"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPhrase',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('forbidden', 'forbidden'), ('absolute', 'absolute claim'), ('money', 'promise of money'), ('jargon', 'jargon'), ('vague', 'vague')], max_length=20, verbose_name='kind')),
                ('text', models.CharField(max_length=60, verbose_name='phrase')),
                ('replacement', models.CharField(blank=True, help_text='In Chinese; ___ marks what the writer fills in.', max_length=200, verbose_name='say instead')),
                ('meaning_en', models.CharField(blank=True, max_length=200, verbose_name='meaning in English')),
                ('clause', models.CharField(blank=True, max_length=20, verbose_name='clause')),
                ('exceptions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Wider words in which the phrase is harmless, with commas between. A forbidden phrase then asks for confirmation.', size=None, verbose_name='exceptions')),
                ('fixed', models.BooleanField(default=False, editable=False, help_text='It stays as it is and cannot be switched off.', verbose_name='named by the policy')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical phrase',
                'verbose_name_plural': 'historical phrases',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPromiseLimit',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('role', models.CharField(choices=[('agent', 'Agent'), ('supervisor', 'Supervisor'), ('manager', 'Manager'), ('general_manager', 'General manager'), ('administrator', 'Administrator'), ('department_handler', 'Department handler')], db_index=True, max_length=30, verbose_name='role')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, help_text='Empty: any amount.', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='may promise up to (CNY)')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical limit of promises',
                'verbose_name_plural': 'historical limits of promises',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalScript',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=40, verbose_name='code')),
                ('title_zh', models.CharField(max_length=60, verbose_name='Chinese title')),
                ('title_en', models.CharField(max_length=60, verbose_name='English title')),
                ('text', models.TextField(help_text='What stands in {braces} is filled in when it is said.', verbose_name='text')),
                ('opening', models.TextField(blank=True, help_text='The text must begin so, word for word.', verbose_name='opening')),
                ('gloss_en', models.TextField(blank=True, verbose_name='meaning in English')),
                ('clauses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None, verbose_name='clauses')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, help_text='Codes of channels, with commas between; empty means all.', size=None, verbose_name='channels')),
                ('verbatim', models.BooleanField(help_text='The policy fixes every character.', verbose_name='word for word')),
                ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateTimeField(blank=True, help_text='From then on it cannot be said any more (IN-22).', null=True, verbose_name='valid until')),
                ('version', models.PositiveIntegerField(default=1, editable=False, help_text='One more each time the text changes.', verbose_name='version')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical script',
                'verbose_name_plural': 'historical scripts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Phrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('forbidden', 'forbidden'), ('absolute', 'absolute claim'), ('money', 'promise of money'), ('jargon', 'jargon'), ('vague', 'vague')], max_length=20, verbose_name='kind')),
                ('text', models.CharField(max_length=60, verbose_name='phrase')),
                ('replacement', models.CharField(blank=True, help_text='In Chinese; ___ marks what the writer fills in.', max_length=200, verbose_name='say instead')),
                ('meaning_en', models.CharField(blank=True, max_length=200, verbose_name='meaning in English')),
                ('clause', models.CharField(blank=True, max_length=20, verbose_name='clause')),
                ('exceptions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Wider words in which the phrase is harmless, with commas between. A forbidden phrase then asks for confirmation.', size=None, verbose_name='exceptions')),
                ('fixed', models.BooleanField(default=False, editable=False, help_text='It stays as it is and cannot be switched off.', verbose_name='named by the policy')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
            ],
            options={
                'verbose_name': 'phrase',
                'verbose_name_plural': 'phrases',
                'ordering': ('kind', 'text'),
                'constraints': [models.UniqueConstraint(fields=('kind', 'text'), name='phrase_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['forbidden', 'absolute', 'money', 'jargon', 'vague'])), name='phrase_kind_known'), models.CheckConstraint(condition=models.Q(('fixed', False), ('enabled', True), _connector='OR'), name='phrase_fixed_is_on')],
            },
        ),
        migrations.CreateModel(
            name='PromiseLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('agent', 'Agent'), ('supervisor', 'Supervisor'), ('manager', 'Manager'), ('general_manager', 'General manager'), ('administrator', 'Administrator'), ('department_handler', 'Department handler')], max_length=30, unique=True, verbose_name='role')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, help_text='Empty: any amount.', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='may promise up to (CNY)')),
            ],
            options={
                'verbose_name': 'limit of promises',
                'verbose_name_plural': 'limits of promises',
                'ordering': ('amount', 'role'),
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gte', 0), _connector='OR'), name='promise_limit_not_negative'), models.CheckConstraint(condition=models.Q(('role__in', ['agent', 'supervisor', 'manager', 'general_manager', 'administrator', 'department_handler'])), name='promise_limit_role_known')],
            },
        ),
        migrations.CreateModel(
            name='Script',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('title_zh', models.CharField(max_length=60, verbose_name='Chinese title')),
                ('title_en', models.CharField(max_length=60, verbose_name='English title')),
                ('text', models.TextField(help_text='What stands in {braces} is filled in when it is said.', verbose_name='text')),
                ('opening', models.TextField(blank=True, help_text='The text must begin so, word for word.', verbose_name='opening')),
                ('gloss_en', models.TextField(blank=True, verbose_name='meaning in English')),
                ('clauses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None, verbose_name='clauses')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, help_text='Codes of channels, with commas between; empty means all.', size=None, verbose_name='channels')),
                ('verbatim', models.BooleanField(help_text='The policy fixes every character.', verbose_name='word for word')),
                ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateTimeField(blank=True, help_text='From then on it cannot be said any more (IN-22).', null=True, verbose_name='valid until')),
                ('version', models.PositiveIntegerField(default=1, editable=False, help_text='One more each time the text changes.', verbose_name='version')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
            ],
            options={
                'verbose_name': 'script',
                'verbose_name_plural': 'scripts',
                'ordering': ('position', 'code'),
                'constraints': [models.CheckConstraint(condition=models.Q(('text__startswith', models.F('opening'))), name='script_keeps_its_opening', violation_error_message='The policy fixes how this text begins; only the rest is yours.'), models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_from__lt', models.F('valid_to')), _connector='OR'), name='script_valid_forwards', violation_error_message='A script ends after it begins.')],
            },
        ),
    ]
