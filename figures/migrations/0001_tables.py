"""Figures by the hour, exports, handover sheets, reports and saved views."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import figures.models.export
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("figures", "0001_figures_by_the_hour"),
        ("figures", "0002_why_promises_were_missed"),
        ("figures", "0003_exports"),
        ("figures", "0005_sheets_and_digests_of_shifts"),
        ("figures", "0006_reports"),
        ("figures", "0008_saved_views"),
    ]

    dependencies = [
        ('sla', '0001_tables'),
        ('staff', '0001_tables'),
        ('tickets', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestByMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'wish for digests by mail',
                'verbose_name_plural': 'wishes for digests by mail',
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('table', models.CharField(max_length=40, verbose_name='table')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'Excel (XLSX)')], max_length=4, verbose_name='format')),
                ('language', models.CharField(max_length=10)),
                ('since', models.DateField(blank=True, null=True, verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='to')),
                ('narrowed', models.JSONField(default=dict, help_text='Codes by the name of the filter.', verbose_name='filters')),
                ('texts', models.BooleanField(default=False, verbose_name='with texts')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('expected', models.PositiveBigIntegerField(blank=True, null=True)),
                ('rows', models.PositiveBigIntegerField(default=0, verbose_name='rows')),
                ('last_key', models.BigIntegerField(default=0)),
                ('stopped', models.JSONField(blank=True, default=dict)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('file', models.FileField(blank=True, upload_to=figures.models.export.export_path)),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='bytes')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='kept until')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='failed')),
                ('trouble', models.CharField(blank=True, choices=[('fault', 'A fault on our side. Please ask for it again.'), ('no_room', 'The disk is nearly full. Please tell an administrator.'), ('no_right', 'The person who asked may not export any more.'), ('too_large', 'No Excel file can hold so much. Please take CSV.')], max_length=10)),
                ('swept_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ('-asked_at', '-pk'),
                'indexes': [models.Index(condition=models.Q(('cancelled_at', None), ('failed_at', None), ('finished_at', None)), fields=['id'], name='export_to_work_on'), models.Index(fields=['-asked_at', '-id'], name='export_newest'), models.Index(condition=models.Q(('swept_at', None)), fields=['id'], name='export_to_sweep')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='export_has_reason'), models.CheckConstraint(condition=models.Q(('format__in', ['csv', 'xlsx'])), name='export_format_known'), models.CheckConstraint(condition=models.Q(models.Q(('expires_at', None), ('finished_at', None), ('sha256', '')), models.Q(('cancelled_at', None), ('expires_at__isnull', False), ('failed_at', None), ('finished_at__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='export_finished_wholly_or_not'), models.CheckConstraint(condition=models.Q(models.Q(('failed_at', None), ('trouble', '')), models.Q(('cancelled_at', None), ('failed_at__isnull', False), ('trouble__in', ['fault', 'no_room', 'no_right', 'too_large'])), _connector='OR'), name='export_failed_with_trouble')],
            },
        ),
        migrations.CreateModel(
            name='ExportLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('made', 'Made'), ('fetched', 'Fetched')], max_length=8, verbose_name='act')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('table', models.CharField(max_length=40, verbose_name='table')),
                ('format', models.CharField(max_length=4, verbose_name='format')),
                ('what', models.JSONField(verbose_name='filters')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('rows', models.PositiveBigIntegerField(verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(verbose_name='bytes')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='figures.export')),
            ],
            options={
                'verbose_name': 'line of the record of exports',
                'verbose_name_plural': 'record of exports',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['-at', '-id'], name='export_log_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['made', 'fetched'])), name='export_log_act_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='export_log_has_reason'), models.UniqueConstraint(condition=models.Q(('act', 'made')), fields=('export',), name='export_log_made_once')],
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reckoned_until', models.DateTimeField()),
                ('clock_line', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='progress_single_row')],
            },
        ),
        migrations.CreateModel(
            name='PromiseHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(help_text='The first instant of the hour.')),
                ('rule', models.CharField(max_length=40)),
                ('metric', models.CharField(choices=[('ring', 'Ringing'), ('first_reply', 'First reply'), ('complex_notice', 'Notice of verification'), ('callback', 'Callback'), ('contract_forward', 'Contract request forwarded'), ('contract_result', 'Contract result told'), ('follow_up', 'Follow-up message'), ('delivery', 'Delivery'), ('repair_contact', "Technician's contact"), ('repair_on_site', 'Technician on site'), ('acknowledgement', 'Acknowledgement'), ('handoff', 'Hand-off'), ('department_acceptance', 'Department acceptance'), ('investigation', 'Investigation'), ('proposal', 'Proposal'), ('customer_confirmation', 'Customer confirmation'), ('execution', 'Execution'), ('feedback', 'Result feedback'), ('return_visit', 'Return visit'), ('archive', 'Archive'), ('appeal', 'Review'), ('total', 'Total resolution'), ('legal_outer_limit', 'Legal outer limit'), ('privacy_request', 'Privacy request'), ('external_complaint', 'External complaint')], max_length=40)),
                ('due', models.PositiveIntegerField()),
                ('met', models.PositiveIntegerField()),
                ('still_open', models.PositiveIntegerField(help_text='Late and not ended yet.')),
                ('took_ms', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.channel')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.department')),
                ('holder', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.policy')),
            ],
            options={
                'verbose_name': 'promises of an hour',
                'verbose_name_plural': 'promises by the hour',
                'constraints': [models.UniqueConstraint(models.F('hour'), models.F('policy'), models.F('rule'), models.F('channel'), models.F('department'), models.F('holder'), name='promise_hour_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('met__lte', models.F('due')), ('still_open__lte', django.db.models.expressions.CombinedExpression(models.F('due'), '-', models.F('met')))), name='promise_hour_adds_up')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.CharField(choices=[('week', 'Week'), ('month', 'Month')], max_length=5, verbose_name='period')),
                ('first', models.DateField(verbose_name='first day')),
                ('last', models.DateField(verbose_name='last day')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('content', models.JSONField(verbose_name='figures')),
                ('words', models.TextField(blank=True, verbose_name='what we say to it')),
                ('improvements', models.TextField(blank=True, verbose_name='what we improve')),
                ('written_at', models.DateTimeField(blank=True, null=True)),
                ('goes_out_at', models.DateTimeField(verbose_name='goes out')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='went out')),
                ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ('-last', 'cycle'),
                'constraints': [models.UniqueConstraint(fields=('cycle', 'first'), name='report_once'), models.CheckConstraint(condition=models.Q(('cycle__in', ['week', 'month'])), name='report_cycle_known'), models.CheckConstraint(condition=models.Q(('first__lte', models.F('last'))), name='report_runs_forwards')],
            },
        ),
        migrations.CreateModel(
            name='ReportMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='figures.report')),
            ],
            options={
                'verbose_name': 'mail of a report',
                'verbose_name_plural': 'mails of reports',
                'ordering': ('pk',),
                'indexes': [models.Index(condition=models.Q(('failed_at', None), ('sent_at', None)), fields=['next_at'], name='report_mail_to_send')],
                'constraints': [models.UniqueConstraint(fields=('report', 'recipient'), name='report_mail_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('board', models.CharField(choices=[('promises', 'Promises'), ('cases', 'Cases and satisfaction'), ('objections', 'Objections')], max_length=20)),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=500)),
                ('for_all', models.BooleanField(default=False, verbose_name='for all who supervise')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ('name', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('owner', 'board', 'name'), name='saved_view_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_has_a_name'), models.CheckConstraint(condition=models.Q(('board__in', ['promises', 'cases', 'objections'])), name='saved_view_board_known')],
            },
        ),
        migrations.CreateModel(
            name='ShiftDigest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text='The local day on which the shift began.', verbose_name='day')),
                ('since', models.DateTimeField(verbose_name='begins')),
                ('until', models.DateTimeField(verbose_name='ends')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('content', models.JSONField()),
                ('hash', models.CharField(max_length=64)),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='staff.shift', verbose_name='shift')),
            ],
            options={
                'verbose_name': 'digest of a shift',
                'verbose_name_plural': 'digests of shifts',
                'ordering': ('-until', '-pk'),
                'indexes': [models.Index(fields=['-until', '-id'], name='shift_digest_newest')],
                'constraints': [models.UniqueConstraint(fields=('shift', 'day'), name='shift_digest_once')],
            },
        ),
        migrations.CreateModel(
            name='DigestCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('by_mail', models.BooleanField(default=False)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(null=True)),
                ('retry_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('digest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='figures.shiftdigest')),
            ],
            options={
                'verbose_name': 'copy of a digest',
                'verbose_name_plural': 'copies of digests',
                'ordering': ('-pk',),
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['person', '-id'], name='digest_copy_unread'), models.Index(condition=models.Q(('by_mail', True), ('failed_at', None), ('sent_at', None)), fields=['id'], name='digest_copy_to_send')],
                'constraints': [models.UniqueConstraint(fields=('digest', 'person'), name='digest_copy_once')],
            },
        ),
        migrations.CreateModel(
            name='ShiftSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text='The local day on which the shift began.', verbose_name='day')),
                ('since', models.DateTimeField(verbose_name='begins')),
                ('until', models.DateTimeField(verbose_name='ends')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('content', models.JSONField()),
                ('hash', models.CharField(max_length=64)),
                ('words', models.TextField(blank=True, db_default='', default='', verbose_name='words')),
                ('handed_at', models.DateTimeField(null=True, verbose_name='handed over')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='taken over')),
                ('handed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handed over by')),
                ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='staff.shift', verbose_name='shift')),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken over by')),
            ],
            options={
                'verbose_name': 'handover sheet',
                'verbose_name_plural': 'handover sheets',
                'ordering': ('-until', '-pk'),
                'indexes': [models.Index(fields=['-until', '-id'], name='shift_sheet_newest')],
                'constraints': [models.UniqueConstraint(fields=('shift', 'day'), name='shift_sheet_once'), models.CheckConstraint(condition=models.Q(models.Q(('handed_at', None), ('handed_by', None), ('words', '')), models.Q(('handed_at__isnull', False), ('handed_by__isnull', False)), _connector='OR'), name='shift_sheet_words_are_signed'), models.CheckConstraint(condition=models.Q(models.Q(('taken_at', None), ('taken_by', None)), models.Q(('handed_at__isnull', False), ('taken_at__gte', models.F('handed_at')), ('taken_by__isnull', False), models.Q(('taken_by', models.F('handed_by')), _negated=True)), _connector='OR'), name='shift_sheet_taken_by_another_afterwards')],
            },
        ),
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(verbose_name='deadline')),
                ('metric', models.CharField(choices=[('ring', 'Ringing'), ('first_reply', 'First reply'), ('complex_notice', 'Notice of verification'), ('callback', 'Callback'), ('contract_forward', 'Contract request forwarded'), ('contract_result', 'Contract result told'), ('follow_up', 'Follow-up message'), ('delivery', 'Delivery'), ('repair_contact', "Technician's contact"), ('repair_on_site', 'Technician on site'), ('acknowledgement', 'Acknowledgement'), ('handoff', 'Hand-off'), ('department_acceptance', 'Department acceptance'), ('investigation', 'Investigation'), ('proposal', 'Proposal'), ('customer_confirmation', 'Customer confirmation'), ('execution', 'Execution'), ('feedback', 'Result feedback'), ('return_visit', 'Return visit'), ('archive', 'Archive'), ('appeal', 'Review'), ('total', 'Total resolution'), ('legal_outer_limit', 'Legal outer limit'), ('privacy_request', 'Privacy request'), ('external_complaint', 'External complaint')], max_length=40, verbose_name='rule')),
                ('cause', models.CharField(choices=[('nobody_on_duty', 'Nobody on duty'), ('all_at_capacity', 'All at capacity'), ('not_opened', 'Not opened in time'), ('holder_off_duty', 'With a colleague who was off duty'), ('not_answered', 'Opened but not answered'), ('not_done', 'Opened but not done in time'), ('department', 'Waiting for a department'), ('customer', 'Waiting for the customer'), ('deadline_moved', 'Deadline was moved into the past'), ('system', 'A job of this product')], max_length=20, verbose_name='cause')),
                ('facts', models.JSONField(default=dict)),
                ('ended', models.BooleanField(default=False)),
                ('line_at', models.DateTimeField()),
                ('reckoned_at', models.DateTimeField()),
                ('agent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.channel')),
                ('clock', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='breach', to='sla.clock')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.department')),
            ],
            options={
                'verbose_name': 'explained breach',
                'verbose_name_plural': 'explained breaches',
                'ordering': ('due_at', 'pk'),
                'indexes': [models.Index(fields=['due_at', 'cause'], name='breach_in_time'), models.Index(condition=models.Q(('ended', False)), fields=['due_at'], name='breach_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cause__in', ['nobody_on_duty', 'all_at_capacity', 'not_opened', 'holder_off_duty', 'not_answered', 'not_done', 'department', 'customer', 'deadline_moved', 'system'])), name='breach_cause_known')],
            },
        ),
        migrations.CreateModel(
            name='CaseHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(help_text='The first instant of the hour.')),
                ('figure', models.CharField(choices=[('arrived', 'Arrived'), ('repeated', 'Asked again'), ('closed', 'Closed'), ('resolved', 'Resolved cases'), ('first_contact', 'Resolved on the first contact'), ('reopened', 'Reopened'), ('appealed', 'Review asked for'), ('outside', 'Complained outside'), ('rated', 'Marks for the result'), ('satisfied', 'Satisfied with the result'), ('rated_handling', 'Marks for the handling'), ('satisfied_handling', 'Satisfied with the handling')], max_length=20)),
                ('kind', models.CharField(choices=[('inquiry', 'Inquiry'), ('objection', 'Objection')], max_length=20)),
                ('count', models.PositiveIntegerField()),
                ('total', models.PositiveIntegerField(help_text='Stars of five, added up.')),
                ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.channel')),
                ('holder', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'cases of an hour',
                'verbose_name_plural': 'cases by the hour',
                'constraints': [models.UniqueConstraint(models.F('hour'), models.F('figure'), models.F('kind'), models.F('channel'), models.F('holder'), name='case_hour_once', nulls_distinct=False)],
            },
        ),
    ]
