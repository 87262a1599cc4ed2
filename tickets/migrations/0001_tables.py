"""What every case shares: channels, tickets, messages, files and events."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import tickets.models.message
import tickets.models.publication
import tickets.models.staged
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("tickets", "0001_initial"),
        ("tickets", "0003_lately_closed_first"),
        ("tickets", "0004_priority_is_raised"),
        ("tickets", "0005_verbs_of_the_whole_conversation"),
        ("tickets", "0006_channels_have_addresses_stores_and_places"),
        ("tickets", "0008_a_wrong_topic_is_removed"),
        ("tickets", "0009_departments_involved"),
        ("tickets", "0010_tickets_that_belong_together"),
        ("tickets", "0011_consent_mail_duties_and_steps"),
        ("tickets", "0012_objections"),
        ("tickets", "0013_files_that_wait_for_their_message"),
        ("tickets", "0014_verbs_of_settlement"),
        ("tickets", "0015_files_come_in_parts_and_are_scanned"),
        ("tickets", "0016_who_has_looked"),
        ("tickets", "0018_lines_of_a_time"),
        ("tickets", "0019_words_between_colleagues_and_who_waits"),
    ]

    dependencies = [
        ('customers', '0001_tables'),
        ('staff', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Store',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_zh', models.CharField(max_length=80, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=80, verbose_name='English name')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('address', models.CharField(max_length=200, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ('follows_holidays', models.BooleanField(default=False, verbose_name='has other hours on public holidays')),
                ('active', models.BooleanField(default=True, verbose_name='receives customers')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'store',
                'verbose_name_plural': 'stores',
                'ordering': ('position', 'code'),
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_zh', models.CharField(max_length=80, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=80, verbose_name='English name')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('icon', models.CharField(max_length=40, verbose_name='icon')),
                ('offline', models.BooleanField(default=False, verbose_name='offline')),
                ('takes_inquiries', models.BooleanField(verbose_name='takes inquiries')),
                ('takes_objections', models.BooleanField(verbose_name='takes objections')),
                ('auto_greeting', models.BooleanField(default=False, help_text='Sent at once and labelled; it never stops a clock (D-03).', verbose_name='automatic greeting')),
                ('address_kind', models.CharField(choices=[('phone', 'Phone number'), ('link', 'Web address'), ('mail', 'Mail address'), ('name', 'Name to search for')], default='name', max_length=10, verbose_name='kind of address')),
                ('address', models.CharField(blank=True, help_text='The number, link or name that customers use; empty: not shown.', max_length=200, verbose_name='address')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
            ],
            options={
                'verbose_name': 'channel',
                'verbose_name_plural': 'channels',
                'ordering': ('position', 'code'),
                'constraints': [models.CheckConstraint(condition=models.Q(('address_kind__in', ['phone', 'link', 'mail', 'name'])), name='channel_address_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='PublicationPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('website_home', 'Website home page'), ('wechat_menu', 'WeChat menu'), ('store', 'Store'), ('brochure', 'Brochure')], max_length=20, verbose_name='kind')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('created_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('recheck_due_since', models.DateTimeField(blank=True, null=True)),
                ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='tickets.channel', verbose_name='channel that it belongs to')),
                ('store', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='tickets.store')),
            ],
            options={
                'verbose_name': 'place of publication',
                'verbose_name_plural': 'places of publication',
                'ordering': ('pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['website_home', 'wechat_menu', 'store', 'brochure'])), name='publication_place_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'store'), ('store__isnull', False)), models.Q(models.Q(('kind', 'store'), _negated=True), ('store', None)), _connector='OR'), name='publication_place_store_fits_kind'), models.UniqueConstraint(condition=models.Q(('kind__in', ['website_home', 'wechat_menu'])), fields=('kind',), name='publication_place_one_home_and_menu')],
            },
        ),
        migrations.CreateModel(
            name='StagedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('owner', models.CharField(max_length=43)),
                ('line', models.CharField(blank=True, db_default='', max_length=32)),
                ('client_token', models.UUIDField(default=uuid.uuid4)),
                ('name', models.CharField(max_length=120)),
                ('content_type', models.CharField(blank=True, max_length=60)),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('received', models.PositiveIntegerField(db_default=0, default=0)),
                ('width', models.PositiveIntegerField(null=True)),
                ('height', models.PositiveIntegerField(null=True)),
                ('file', models.FileField(upload_to=tickets.models.staged.staged_path)),
                ('scan', models.CharField(choices=[('off', 'not scanned'), ('waiting', 'being checked'), ('clean', 'scanned'), ('infected', 'removed, it held harmful software')], db_default='off', default='off', max_length=8)),
                ('staged_at', models.DateTimeField()),
                ('inspected_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'file that waits for its message',
                'verbose_name_plural': 'files that wait for their message',
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['staged_at'], name='staged_file_oldest')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'client_token'), name='staged_file_once'), models.CheckConstraint(condition=models.Q(('received__lte', models.F('size'))), name='staged_file_not_beyond_size'), models.CheckConstraint(condition=models.Q(('scan__in', ['off', 'waiting', 'clean', 'infected'])), name='staged_file_scan_known')],
            },
        ),
        migrations.CreateModel(
            name='StoreHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.CharField(choices=[('monday', 'Monday'), ('tuesday', 'Tuesday'), ('wednesday', 'Wednesday'), ('thursday', 'Thursday'), ('friday', 'Friday'), ('saturday', 'Saturday'), ('sunday', 'Sunday'), ('holiday', 'Holiday'), ('adjusted_workday', 'Adjusted workday')], max_length=20, verbose_name='day')),
                ('intervals', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=2), size=None, verbose_name='hours')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='tickets.store')),
            ],
            options={
                'verbose_name': 'opening hours',
                'verbose_name_plural': 'opening hours',
                'constraints': [models.UniqueConstraint(fields=('store', 'day'), name='store_hours_once_a_day'), models.CheckConstraint(condition=models.Q(('day__in', ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'holiday', 'adjusted_workday'])), name='store_hours_day_known')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='number')),
                ('kind', models.CharField(choices=[('inquiry', 'Inquiry'), ('objection', 'Objection')], max_length=20, verbose_name='kind')),
                ('involved', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, help_text='Keys of departments of which something is asked here.', size=None)),
                ('status', models.CharField(max_length=30, verbose_name='status')),
                ('priority', models.SmallIntegerField(choices=[(0, 'Normal'), (1, 'High')], default=0, verbose_name='priority')),
                ('cycle', models.PositiveSmallIntegerField(default=1, help_text='One more each time the ticket is reopened.')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('next_due_at', models.DateTimeField(blank=True, null=True, verbose_name='next deadline')),
                ('customer_waiting_since', models.DateTimeField(blank=True, null=True)),
                ('last_message_at', models.DateTimeField(blank=True, null=True)),
                ('last_message_preview', models.CharField(blank=True, max_length=120)),
                ('message_count', models.PositiveIntegerField(default=0)),
                ('event_count', models.PositiveIntegerField(default=0)),
                ('chain_head', models.CharField(blank=True, max_length=64)),
                ('client_token', models.UUIDField(blank=True, null=True, unique=True)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_tickets', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='tickets.channel', verbose_name='channel')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='customers.customer', verbose_name='customer')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='staff.department', verbose_name='department')),
                ('store', models.ForeignKey(blank=True, help_text='Where the customer stood (IN-13).', null=True, on_delete=django.db.models.deletion.PROTECT, to='tickets.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'ticket',
                'verbose_name_plural': 'tickets',
                'indexes': [models.Index(models.OrderBy(models.F('next_due_at'), nulls_last=True), models.OrderBy(models.F('customer_waiting_since'), nulls_last=True), models.OrderBy(models.F('last_message_at'), descending=True), models.F('id'), condition=models.Q(('closed_at', None)), name='ticket_open_by_urgency'), models.Index(condition=models.Q(('closed_at', None)), fields=['assignee', 'next_due_at'], name='ticket_open_of_assignee'), models.Index(condition=models.Q(('closed_at', None), ('customer_waiting_since__isnull', False)), fields=['customer_waiting_since'], include=('kind', 'assignee'), name='ticket_waiting'), models.Index(condition=models.Q(('closed_at__isnull', False), ('next_due_at__isnull', False)), fields=['next_due_at'], name='ticket_owed_after_the_end'), models.Index(fields=['-created_at'], name='ticket_newest'), models.Index(fields=['customer', '-created_at'], name='ticket_of_customer_newest'), models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['-closed_at', '-id'], name='ticket_lately_closed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['inquiry', 'objection'])), name='ticket_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='PrivateWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500)),
                ('sent_at', models.DateTimeField()),
                ('heard_at', models.DateTimeField(null=True)),
                ('client_token', models.UUIDField(null=True, unique=True)),
                ('recipient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='private_words', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'private word',
                'verbose_name_plural': 'private words',
                'ordering': ('pk',),
                'indexes': [models.Index(condition=models.Q(('heard_at', None)), fields=['recipient', '-sent_at'], name='private_word_unheard')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sender', models.F('recipient')), _negated=True), name='private_word_to_another')],
            },
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField(verbose_name='cycle')),
                ('at', models.DateTimeField(verbose_name='opened')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'opening',
                'verbose_name_plural': 'openings',
                'ordering': ('at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('ticket', 'cycle', 'user'), name='opening_first_of_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('direction', models.CharField(choices=[('in', 'From the customer'), ('out', 'To the customer'), ('note', 'Internal note')], max_length=4)),
                ('automatic', models.BooleanField(default=False)),
                ('text', models.TextField(blank=True)),
                ('sent_at', models.DateTimeField()),
                ('client_token', models.UUIDField(blank=True, null=True)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('origin', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ('sent_at', 'pk'),
                'indexes': [models.Index(fields=['ticket', 'sent_at'], name='message_thread'), models.Index(condition=models.Q(('origin__isnull', False)), fields=['origin', 'sent_at'], name='message_by_link_of_merged')],
                'constraints': [models.UniqueConstraint(fields=('ticket', 'client_token'), name='message_sent_once'), models.CheckConstraint(condition=models.Q(('direction__in', ['in', 'out', 'note'])), name='message_direction_known'), models.CheckConstraint(condition=models.Q(models.Q(('author', None), ('direction', 'in')), models.Q(models.Q(('direction', 'in'), _negated=True), ('author', None), ('automatic', True)), models.Q(models.Q(('direction', 'in'), _negated=True), ('author__isnull', False), ('automatic', False)), _connector='OR'), name='message_author_fits_direction')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField()),
                ('verb', models.CharField(choices=[('asked', 'Customer asked'), ('customer_wrote', 'Customer wrote'), ('greeted_automatically', 'Automatic greeting sent'), ('greeted', 'Greeting sent'), ('replied', 'Reply sent'), ('noted', 'Note written'), ('taken', 'Taken'), ('assigned', 'Assigned'), ('closed', 'Finished'), ('reopened', 'Reopened'), ('breach_acknowledged', 'Breach acknowledged'), ('priority_raised', 'Priority raised'), ('topic_added', 'Topic added'), ('topic_answered', 'Topic answered'), ('topic_removed', 'Wrong topic removed'), ('topic_complex', 'Topic needs steps'), ('topic_simple', 'Topic needs no steps'), ('question_clear', 'Question understood'), ('checking_announced', 'Told that the question needs checking'), ('callback_tried', 'Callback tried, nobody reached'), ('callback_done', 'Called back'), ('contact_revealed', 'Contact revealed'), ('devices_recommended', 'Devices recommended'), ('device_chosen', 'Customer chose a device'), ('quoted', 'Quotation sent'), ('clauses_explained', 'Contract clauses explained'), ('contract_change_asked', 'Contract change asked for'), ('contract_forwarded', 'Sent to contract management'), ('contract_decided', 'Contract management decided'), ('contract_result_told', 'Contract result told'), ('service_facts_told', 'Delivery and service explained'), ('fault_reported', 'Fault reported'), ('technician_contacted', 'Technician contacted the customer'), ('technician_on_site', 'Technician on site'), ('fault_fixed', 'Fault dealt with'), ('closing_asked', 'Closing question asked'), ('customer_left', 'Customer left'), ('followed_up', 'Follow-up sent'), ('follow_up_not_sent', 'Follow-up not sent'), ('follow_up_mailed', 'Follow-up sent by e-mail'), ('follow_up_not_mailed', 'Follow-up not sent by e-mail'), ('email_noted', 'E-mail address noted'), ('email_removed', 'E-mail address removed'), ('consent_given', 'Customer agreed to be written to'), ('consent_withdrawn', 'Customer wants no more messages'), ('phrase_allowed', 'Forbidden phrase allowed'), ('promised_above', 'Promised more than allowed'), ('abandoned', 'Customer gave up waiting'), ('missed', 'Call missed'), ('merged', 'Merged'), ('unmerged', 'Merge undone'), ('linked', 'Linked'), ('unlinked', 'Link removed'), ('converted', 'Became an objection'), ('objection_filed', 'Objection filed'), ('objection_answered_automatically', 'Receipt confirmed automatically'), ('objection_acknowledged', 'Objection acknowledged'), ('objection_corrected', 'Handling form corrected'), ('objection_number_told', 'Number and estimate told'), ('objection_recorded', 'Handling form recorded'), ('objection_handed_off', 'Handed off'), ('handoff_accepted', 'Department accepted'), ('handoff_returned', 'Department returned it'), ('evidence_added', 'Evidence added'), ('evidence_waived', 'Evidence does not exist'), ('evidence_asked', 'Customer asked for material'), ('investigation_went_on', 'Investigation goes on'), ('investigation_concluded', 'Investigation concluded'), ('test_ordered', 'Laboratory test ordered'), ('investigation_extended', 'Investigation extended'), ('proposal_made', 'Proposal made'), ('proposal_approved', 'Proposal approved'), ('proposal_sent_back', 'Proposal sent back'), ('proposal_sent', 'Proposal sent to the customer'), ('proposal_reminded', 'Customer reminded of the proposal'), ('proposal_accepted', 'Customer accepted the proposal'), ('proposal_rejected', 'Customer rejected the proposal'), ('investigated_again', 'Investigated once more'), ('objection_escalated', 'Put to the next level'), ('action_done', 'Action carried out'), ('result_told', 'Result told'), ('return_visit_tried', 'Return visit tried, nobody reached'), ('return_visit_done', 'Return visit done'), ('customer_rated', 'Customer gave marks'), ('objection_closed', 'Objection closed'), ('objection_reopened', 'Objection taken up again'), ('objection_archived', 'Objection archived'), ('appeal_made', 'Customer asked for a review'), ('appeal_decided', 'Review decided'), ('external_noted', 'Complaint outside noted'), ('external_answered', 'Complaint outside answered'), ('external_ended', 'Complaint outside ended'), ('objection_urged', 'Customer asked for haste'), ('phone_confirmed', 'Customer confirmed the phone'), ('objection_withdrawn', 'Objection withdrawn'), ('joined', 'Supervisor joined'), ('private_word', 'Private word between colleagues')], max_length=40)),
                ('at', models.DateTimeField()),
                ('data', models.JSONField(default=dict)),
                ('hash', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ('sequence',),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='event_of_a_time', pages_per_range=16)],
                'constraints': [models.UniqueConstraint(fields=('ticket', 'sequence'), name='event_one_per_place')],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=40)),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'duty',
                'verbose_name_plural': 'duties',
                'constraints': [models.UniqueConstraint(fields=('ticket', 'subject'), name='duty_one_person_each')],
            },
        ),
        migrations.CreateModel(
            name='TicketLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('linked_at', models.DateTimeField(verbose_name='linked')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed')),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('linked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'link of tickets',
                'verbose_name_plural': 'links of tickets',
                'ordering': ('linked_at', 'pk'),
                'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['second'], name='ticket_link_of_second')],
                'constraints': [models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='ticket_link_between_two'), models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('first', 'second'), name='ticket_link_one_open_per_pair'), models.CheckConstraint(condition=models.Q(models.Q(('removed_at', None), ('removed_by', None)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False)), _connector='OR'), name='ticket_link_removed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('content_type', models.CharField(max_length=60)),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('width', models.PositiveIntegerField(null=True)),
                ('height', models.PositiveIntegerField(null=True)),
                ('file', models.FileField(upload_to=tickets.models.message.attachment_path)),
                ('scan', models.CharField(choices=[('off', 'not scanned'), ('waiting', 'being checked'), ('clean', 'scanned'), ('infected', 'removed, it held harmful software')], db_default='off', default='off', max_length=8)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='tickets.message')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ('pk',),
                'indexes': [models.Index(condition=models.Q(('scan', 'waiting')), fields=['id'], name='attachment_to_scan')],
                'constraints': [models.CheckConstraint(condition=models.Q(('scan__in', ['off', 'waiting', 'clean', 'infected'])), name='attachment_scan_known')],
            },
        ),
        migrations.CreateModel(
            name='PublicationCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('shows_all', models.BooleanField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('fingerprint', models.CharField(max_length=64)),
                ('link', models.CharField(blank=True, max_length=500)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('content_type', models.CharField(blank=True, max_length=60)),
                ('file', models.FileField(blank=True, upload_to=tickets.models.publication.proof_path)),
                ('client_token', models.UUIDField(blank=True, null=True, unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='tickets.publicationplace')),
            ],
            options={
                'verbose_name': 'check of a publication',
                'verbose_name_plural': 'checks of publications',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['place', '-at'], name='publication_check_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('link', ''), _negated=True), models.Q(('file', ''), _negated=True), _connector='OR'), name='publication_check_has_proof')],
            },
        ),
    ]
