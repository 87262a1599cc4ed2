"""Who asks, and who saw which number."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("customers", "0001_initial"),
        ("customers", "0002_numbers_are_revealed_and_forgotten"),
        ("customers", "0004_email_addresses_and_revealed_contacts"),
        ("customers", "0005_codes_for_phones"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('surname', models.CharField(max_length=40, verbose_name='surname')),
                ('phone_encrypted', models.TextField(blank=True)),
                ('phone_index', models.CharField(blank=True, max_length=64)),
                ('phone_tail', models.CharField(blank=True, max_length=4, verbose_name='contact tail')),
                ('email_encrypted', models.TextField(blank=True, db_default='')),
                ('email_masked', models.CharField(blank=True, db_default='', max_length=260, verbose_name='e-mail address')),
                ('email_mark', models.UUIDField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField()),
                ('consented_at', models.DateTimeField(blank=True, null=True, verbose_name='consented')),
                ('forget_at', models.DateTimeField(blank=True, null=True, verbose_name='contacts to be erased')),
                ('forgotten_at', models.DateTimeField(blank=True, null=True, verbose_name='contacts erased')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'indexes': [models.Index(condition=models.Q(('forget_at__isnull', False)), fields=['forget_at'], name='customer_to_forget')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('phone_encrypted', ''), ('phone_index', ''), ('phone_tail', '')), models.Q(models.Q(('phone_encrypted', ''), _negated=True), models.Q(('phone_index', ''), _negated=True), models.Q(('phone_tail', ''), _negated=True)), models.Q(('forgotten_at__isnull', False), ('phone_encrypted', ''), ('phone_index', '')), _connector='OR'), name='customer_phone_whole_or_absent'), models.CheckConstraint(condition=models.Q(models.Q(('email_encrypted', ''), ('email_masked', '')), models.Q(models.Q(('email_encrypted', ''), _negated=True), models.Q(('email_masked', ''), _negated=True)), _connector='OR'), name='customer_email_whole_or_absent'), models.UniqueConstraint(condition=models.Q(('phone_index', ''), _negated=True), fields=('phone_index', 'surname'), name='customer_one_per_phone_and_surname')],
            },
        ),
        migrations.CreateModel(
            name='PhoneCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone_index', models.CharField(max_length=64)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('hash', models.CharField(blank=True, max_length=64)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('ordered_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='customers.customer')),
            ],
            options={
                'verbose_name': 'code for a phone',
                'verbose_name_plural': 'codes for phones',
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['phone_index', 'ordered_at'], name='phone_code_of_number'), models.Index(condition=models.Q(('hash', '')), fields=['ordered_at'], name='phone_code_ordered')],
            },
        ),
        migrations.CreateModel(
            name='RevealLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail')], db_default='phone', default='phone', max_length=10)),
                ('at', models.DateTimeField(verbose_name='at')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reveals', to='customers.customer')),
            ],
            options={
                'verbose_name': 'revealed contact',
                'verbose_name_plural': 'revealed contacts',
                'ordering': ('at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='reveal_has_reason'), models.CheckConstraint(condition=models.Q(('contact__in', ['phone', 'email'])), name='reveal_contact_known')],
            },
        ),
    ]
