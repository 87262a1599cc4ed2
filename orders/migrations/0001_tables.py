"""What the order system knows of an order."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("orders", "0001_initial"),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='imported')),
                ('by', models.CharField(blank=True, max_length=80, verbose_name='by')),
                ('files', models.JSONField(verbose_name='files')),
                ('created', models.PositiveIntegerField(verbose_name='new rows')),
                ('changed', models.PositiveIntegerField(verbose_name='changed rows')),
            ],
            options={
                'verbose_name': 'import of order facts',
                'verbose_name_plural': 'imports of order facts',
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, verbose_name='order number')),
                ('phone_index', models.CharField(blank=True, editable=False, max_length=64)),
                ('phone_tail', models.CharField(blank=True, max_length=4, verbose_name='contact tail')),
                ('status', models.CharField(choices=[('placed', 'Placed'), ('confirmed', 'Confirmed'), ('delivered', 'Delivered'), ('returned', 'Given back'), ('settled', 'Settled'), ('cancelled', 'Cancelled')], max_length=10, verbose_name='status')),
                ('delivery', models.CharField(blank=True, choices=[('home_delivery', 'Home delivery'), ('store_pickup', 'Store pickup')], max_length=15, verbose_name='delivery method')),
                ('placed_at', models.DateTimeField(verbose_name='placed')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='lease begins')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='lease ends')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'ordering': ('-placed_at', '-pk'),
                'constraints': [models.UniqueConstraint(fields=('number',), name='order_once'), models.CheckConstraint(condition=models.Q(('status__in', ['placed', 'confirmed', 'delivered', 'returned', 'settled', 'cancelled'])), name='order_status_known'), models.CheckConstraint(condition=models.Q(('delivery__in', ['', 'home_delivery', 'store_pickup'])), name='order_delivery_known'), models.CheckConstraint(condition=models.Q(('starts_at', None), ('ends_at', None), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='order_ends_after_its_start'), models.CheckConstraint(condition=models.Q(models.Q(('phone_index', ''), ('phone_tail', '')), models.Q(models.Q(('phone_index', ''), _negated=True), models.Q(('phone_tail', ''), _negated=True)), _connector='OR'), name='order_phone_whole_or_absent')],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, verbose_name='invoice number')),
                ('type', models.CharField(choices=[('ordinary', 'Ordinary VAT invoice'), ('special', 'Special VAT invoice')], max_length=10, verbose_name='type')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('issued_at', models.DateTimeField(verbose_name='issued')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
                'ordering': ('issued_at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('number',), name='invoice_once'), models.CheckConstraint(condition=models.Q(('type__in', ['ordinary', 'special'])), name='invoice_type_known'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='invoice_amount_positive')],
            },
        ),
        migrations.CreateModel(
            name='ContractVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, verbose_name='contract number')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signed')),
                ('terms', models.TextField(verbose_name='terms')),
                ('prompt_proof', models.CharField(blank=True, max_length=200, verbose_name='proof that terms were pointed out')),
                ('consented_at', models.DateTimeField(blank=True, null=True, verbose_name='customer agreed')),
                ('consent_channel', models.CharField(blank=True, max_length=40, verbose_name='how the customer agreed')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'version of a contract',
                'verbose_name_plural': 'versions of contracts',
                'ordering': ('number', 'version'),
                'constraints': [models.UniqueConstraint(fields=('number', 'version'), name='contract_version_once'), models.CheckConstraint(condition=models.Q(('version__gt', 0)), name='contract_version_positive'), models.CheckConstraint(condition=models.Q(models.Q(('consent_channel', ''), ('consented_at', None)), models.Q(('consented_at__isnull', False), models.Q(('consent_channel', ''), _negated=True)), _connector='OR'), name='contract_consent_whole_or_absent')],
            },
        ),
        migrations.CreateModel(
            name='ChecklistItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('delivery', 'At the delivery'), ('return', 'At the return')], max_length=8, verbose_name='stage')),
                ('aspect', models.CharField(choices=[('condition', 'Condition'), ('part', 'Part')], default='condition', max_length=9, verbose_name='about')),
                ('serial_number', models.CharField(blank=True, max_length=60, verbose_name='serial number')),
                ('item', models.CharField(max_length=80, verbose_name='item')),
                ('grade', models.CharField(max_length=10, verbose_name='grade')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('checked_at', models.DateTimeField(verbose_name='checked')),
                ('signed_by_us', models.CharField(blank=True, max_length=40, verbose_name='signed for us by')),
                ('signed_by_customer', models.CharField(blank=True, max_length=40, verbose_name='signed for the customer by')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'row of a checklist',
                'verbose_name_plural': 'rows of checklists',
                'ordering': ('aspect', 'serial_number', 'item', 'checked_at'),
                'constraints': [models.UniqueConstraint(fields=('order', 'stage', 'aspect', 'serial_number', 'item'), name='checklist_item_once'), models.CheckConstraint(condition=models.Q(('stage__in', ['delivery', 'return'])), name='checklist_stage_known'), models.CheckConstraint(condition=models.Q(('aspect__in', ['condition', 'part'])), name='checklist_aspect_known')],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('component', models.CharField(choices=[('rent', 'Rent'), ('discount', 'Discount'), ('delivery', 'Delivery fee'), ('insurance', 'Insurance'), ('install', 'Installation'), ('operator', 'Operator'), ('overdue', 'Overdue occupation fee'), ('other', 'Other fee')], default='rent', max_length=10, verbose_name='component')),
                ('device_model', models.CharField(blank=True, max_length=80, verbose_name='device model')),
                ('serial_number', models.CharField(blank=True, max_length=60, verbose_name='serial number')),
                ('quantity', models.PositiveSmallIntegerField(default=1, verbose_name='quantity')),
                ('unit_price', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='unit price')),
                ('days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
            ],
            options={
                'verbose_name': 'order line',
                'verbose_name_plural': 'order lines',
                'ordering': ('position',),
                'indexes': [models.Index(condition=models.Q(('serial_number', ''), _negated=True), fields=['serial_number'], name='order_line_of_serial')],
                'constraints': [models.UniqueConstraint(fields=('order', 'position'), name='order_line_once'), models.CheckConstraint(condition=models.Q(('component__in', ['rent', 'discount', 'delivery', 'insurance', 'install', 'operator', 'overdue', 'other'])), name='order_line_component_known'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='order_line_quantity_positive'), models.CheckConstraint(condition=models.Q(('days', None), ('days__gt', 0), _connector='OR'), name='order_line_days_positive'), models.CheckConstraint(condition=models.Q(models.Q(('amount__lte', 0), ('component', 'discount')), models.Q(models.Q(('component', 'discount'), _negated=True), ('amount__gte', 0)), _connector='OR'), name='order_line_only_discounts_are_negative')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=60, verbose_name='reference')),
                ('kind', models.CharField(choices=[('rent', 'Rent and fees'), ('rent_refund', 'Rent paid back'), ('deposit', 'Deposit received'), ('deduction', 'Deducted from the deposit'), ('refund', 'Deposit paid back')], max_length=12, verbose_name='kind')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('paid_at', models.DateTimeField(verbose_name='paid')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'ordering': ('paid_at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('reference',), name='payment_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['rent', 'rent_refund', 'deposit', 'deduction', 'refund'])), name='payment_kind_known'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_amount_positive')],
            },
        ),
        migrations.CreateModel(
            name='Pickup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window_from', models.DateTimeField(verbose_name='appointment from')),
                ('window_to', models.DateTimeField(verbose_name='appointment until')),
                ('collector', models.CharField(blank=True, max_length=40, verbose_name='collector')),
                ('arrived_at', models.DateTimeField(blank=True, null=True, verbose_name='arrived')),
                ('inspected_at', models.DateTimeField(blank=True, null=True, verbose_name='condition confirmed')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
            ],
            options={
                'verbose_name': 'pick-up appointment',
                'verbose_name_plural': 'pick-up appointments',
                'ordering': ('window_from', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('order', 'window_from'), name='pickup_once'), models.CheckConstraint(condition=models.Q(('window_to__gt', models.F('window_from'))), name='pickup_window_has_a_length')],
            },
        ),
        migrations.CreateModel(
            name='RowChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=20, verbose_name='table')),
                ('key', models.CharField(max_length=300, verbose_name='key')),
                ('before', models.JSONField(verbose_name='before')),
                ('after', models.JSONField(verbose_name='after')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='orders.importrun')),
            ],
            options={
                'verbose_name': 'changed row of an order',
                'verbose_name_plural': 'changed rows of orders',
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['table', 'key'], name='row_change_of_row')],
            },
        ),
        migrations.CreateModel(
            name='StockOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial_number', models.CharField(max_length=60, verbose_name='serial number')),
                ('device_model', models.CharField(blank=True, max_length=80, verbose_name='device model')),
                ('out_at', models.DateTimeField(verbose_name='left the warehouse')),
                ('released_by', models.CharField(blank=True, max_length=40, verbose_name='released by')),
                ('condition', models.CharField(blank=True, max_length=200, verbose_name='condition')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
            ],
            options={
                'verbose_name': 'stock-out',
                'verbose_name_plural': 'stock-outs',
                'ordering': ('out_at', 'pk'),
                'indexes': [models.Index(fields=['serial_number'], name='stock_out_of_serial')],
                'constraints': [models.UniqueConstraint(fields=('order', 'serial_number', 'out_at'), name='stock_out_once')],
            },
        ),
        migrations.CreateModel(
            name='Transport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=60, verbose_name='carried by')),
                ('waybill', models.CharField(max_length=60, verbose_name='waybill')),
                ('dispatched_at', models.DateTimeField(blank=True, null=True, verbose_name='dispatched')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered on')),
                ('signed_by', models.CharField(blank=True, max_length=40, verbose_name='signed by')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='orders.order', verbose_name='order')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.importrun', verbose_name='imported')),
            ],
            options={
                'verbose_name': 'transport',
                'verbose_name_plural': 'transports',
                'ordering': ('dispatched_at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('order', 'carrier', 'waybill'), name='transport_once'), models.CheckConstraint(condition=models.Q(('dispatched_at', None), ('delivered_at', None), ('delivered_at__gte', models.F('dispatched_at')), _connector='OR'), name='transport_delivered_after_its_dispatch')],
            },
        ),
    ]
