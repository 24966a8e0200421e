import django.db.models.deletion
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0002_trust'),
        ('people', '0002_trust'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('purpose', models.CharField(max_length=20)),
                ('granted', models.BooleanField(default=True)),
                ('relation', models.CharField(max_length=2)),
                ('on', models.DateField()),
                ('until', models.DateField(null=True)),
                ('how', models.CharField(choices=[('paper', 'on paper, signed'), ('witnesses', 'in person before two witnesses'), ('phone', 'by phone, noted')], max_length=10)),
                ('guardian_told_on', models.DateField(null=True)),
                ('view', models.CharField(blank=True, choices=[('agrees', 'the child agrees'), ('against', 'the child does not want it'), ('unsure', 'the child could not say')], max_length=8)),
                ('sealed_note', models.BinaryField(null=True)),
                ('sealed_said', models.BinaryField(null=True)),
                ('scan', models.CharField(blank=True, max_length=40)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='people.person')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent',
                'ordering': ['-on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Deletion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('label', models.CharField(max_length=20)),
                ('rule', models.CharField(max_length=200)),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
            ],
            options={
                'verbose_name': 'deletion',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('notice', 'privacy notice'), ('children', "rules for children's data"), ('assessment', 'impact assessment')], max_length=12)),
                ('version', models.IntegerField(default=1)),
                ('text', models.TextField()),
                ('tables', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(auto_now=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'paper on data protection',
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('number', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(choices=[('see', 'see what is kept'), ('copy', 'a copy'), ('correct', 'correct or complete'), ('delete', 'delete')], max_length=8, verbose_name='what is asked')),
                ('relation', models.CharField(max_length=2)),
                ('identity', models.CharField(choices=[('card', 'identity card shown'), ('known', 'known in person to who takes it in'), ('phone', 'called back at the number in the file'), ('paper', 'written authority and identity card')], max_length=8, verbose_name='how the identity was checked')),
                ('sealed_asked', models.BinaryField(null=True)),
                ('received_on', models.DateField(verbose_name='received on')),
                ('due_on', models.DateField()),
                ('extended_to', models.DateField(null=True)),
                ('sealed_extension', models.BinaryField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.person')),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='people.person')),
                ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'request about personal data',
                'ordering': ['-received_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('granted', 'granted'), ('partly', 'granted in part'), ('refused', 'not granted')], max_length=8)),
                ('sealed_reason', models.BinaryField()),
                ('whereabouts', models.BooleanField(default=False)),
                ('on', models.DateField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='privacy.request')),
            ],
            options={
                'verbose_name': 'answer to a request',
            },
        ),
        migrations.CreateModel(
            name='Ruling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('code', models.CharField(db_index=True, max_length=60)),
                ('said', models.JSONField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'ruling of the county',
            },
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('relation', models.CharField(max_length=2)),
                ('how', models.CharField(choices=[('paper', 'on paper, signed'), ('witnesses', 'in person before two witnesses'), ('phone', 'by phone, noted')], max_length=10)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('consent', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to='privacy.consent')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'withdrawal of a consent',
            },
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['person', 'purpose'], name='privacy_con_person__972bff_idx'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('on')), _connector='OR'), name='consent_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='deletion',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('person',), name='decided_once_to_be_deleted'),
        ),
        migrations.AddConstraint(
            model_name='paper',
            constraint=models.UniqueConstraint(fields=('kind', 'version'), name='one_paper_a_version'),
        ),
    ]
