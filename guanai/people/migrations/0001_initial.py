import django.db.models.deletion
import django.utils.timezone
import guanai.core.dates
import guanai.core.fields
import guanai.core.uid
import guanai.organisations.rules
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0001_initial'),
        ('organisations', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(blank=True, max_length=12)),
                ('file_name', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('reading', 'being read'), ('preview', 'waiting for your confirmation'), ('publishing', 'being written'), ('applying', 'being completed'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('undoing', 'being undone'), ('undone', 'undone')], default='reading', max_length=12)),
                ('live', models.BooleanField(default=False)),
                ('progress', models.IntegerField(default=0)),
                ('total', models.IntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('error', models.JSONField(null=True)),
                ('sealed_key', models.BinaryField(max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('place', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place')),
            ],
            options={
                'verbose_name': 'import',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('path', models.CharField(max_length=40)),
                ('group', models.CharField(blank=True, max_length=20)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='people.import')),
            ],
            options={
                'verbose_name': 'household',
            },
        ),
        migrations.CreateModel(
            name='LayoutMemory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=12)),
                ('columns', models.JSONField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='organisations.organisation')),
            ],
            options={
                'verbose_name': 'remembered layout',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('file_number', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('pinyin', guanai.core.fields.BytewiseField(max_length=120)),
                ('sex', models.SmallIntegerField(choices=[(0, 'unknown'), (1, 'male'), (2, 'female'), (9, 'not stated')], default=0)),
                ('born', models.DateField(null=True)),
                ('born_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('died', models.DateField(null=True)),
                ('ethnicity', models.CharField(blank=True, max_length=2)),
                ('path', models.CharField(max_length=40)),
                ('care_form', models.CharField(blank=True, choices=[('boarding', 'boarding at school'), ('trust', 'social trust care'), ('proxy', 'family proxy'), ('parents', "parents' return")], max_length=10)),
                ('details', models.JSONField(default=dict)),
                ('completeness', models.SmallIntegerField(default=0)),
                ('sealed_key', models.BinaryField(max_length=40)),
                ('version', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='people.import')),
                ('household', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='people.household')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place')),
            ],
            options={
                'verbose_name': 'person',
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('case_history', 'case history'), ('help', 'help received'), ('remark', 'remark')], max_length=12)),
                ('day', models.DateField()),
                ('sealed_text', models.BinaryField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='people.person')),
            ],
            options={
                'verbose_name': 'note',
                'ordering': ['-day', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Kinship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('relation', models.CharField(max_length=2)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
                ('relative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kin_of', to='people.person')),
            ],
            options={
                'verbose_name': 'kinship',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('id', 'resident ID'), ('passport', 'passport'), ('other', 'other document')], default='id', max_length=10)),
                ('sealed_number', models.BinaryField()),
                ('checked', models.BooleanField(default=False)),
                ('exact', models.BigIntegerField(db_index=True)),
                ('tail4', models.BigIntegerField(db_index=True)),
                ('tail6', models.BigIntegerField(db_index=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='people.person')),
            ],
            options={
                'verbose_name': 'identity document',
            },
        ),
        migrations.CreateModel(
            name='Health',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('condition', models.CharField(blank=True, max_length=80)),
                ('disability', models.CharField(blank=True, choices=[('sight', 'sight'), ('hearing', 'hearing'), ('speech', 'speech'), ('body', 'body'), ('intellect', 'intellect'), ('mind', 'mind'), ('multiple', 'multiple')], max_length=10)),
                ('disability_grade', models.SmallIntegerField(null=True)),
                ('self_care', models.CharField(blank=True, choices=[('full', 'cares for himself'), ('part', 'needs some help'), ('none', 'needs full care')], max_length=5)),
                ('can_guard', models.BooleanField(null=True)),
                ('checked_on', models.DateField(null=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
            ],
            options={
                'verbose_name': 'health',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Hardship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('low_income', 'subsistence allowance'), ('poverty', 'registered poor household'), ('single_parent', 'single parent'), ('divorced', 'parents divorced'), ('orphan', 'orphan'), ('unsupported', 'de facto unsupported'), ('no_hukou', 'without household registration'), ('family_planning', 'family-planning family')], max_length=16)),
                ('holds', models.BooleanField(default=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
            ],
            options={
                'verbose_name': 'hardship',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('relation', models.CharField(blank=True, max_length=2)),
                ('kind', models.CharField(choices=[('parent', 'parent'), ('entrusted', 'entrusted care'), ('state', 'state guardianship')], default='entrusted', max_length=10)),
                ('agreed_on', models.DateField(blank=True, null=True)),
                ('child_heard', models.BooleanField(null=True)),
                ('school_told_on', models.DateField(blank=True, null=True)),
                ('village_told_on', models.DateField(blank=True, null=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wards', to='people.person')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
            ],
            options={
                'verbose_name': 'guardianship',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DuplicateProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('probability', models.FloatField()),
                ('reasons', models.JSONField(default=list)),
                ('outcome', models.CharField(blank=True, choices=[('same', 'the same person'), ('different', 'different persons')], max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.import')),
                ('left', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('right', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
            ],
            options={
                'verbose_name': 'possible duplicate',
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('phone', 'phone'), ('wechat', 'WeChat'), ('other', 'other')], default='phone', max_length=10)),
                ('sealed_value', models.BinaryField()),
                ('exact', models.BigIntegerField(db_index=True)),
                ('tail4', models.BigIntegerField(db_index=True)),
                ('rank', models.SmallIntegerField(default=0)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='people.person')),
            ],
            options={
                'verbose_name': 'contact',
                'ordering': ['rank', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Circumstance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('home', 'at home'), ('dead', 'dead'), ('missing', 'declared missing'), ('lost', 'out of contact'), ('prison', 'in prison'), ('detox', 'in compulsory drug rehabilitation'), ('restricted', 'under another restriction of liberty'), ('deported', 'repatriated or deported'), ('revoked', 'guardianship revoked'), ('ill', 'seriously ill'), ('disabled', 'severely disabled')], max_length=10)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
            ],
            options={
                'verbose_name': 'circumstance',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('version', models.IntegerField()),
                ('facts', models.JSONField(default=list)),
                ('sealed', models.BinaryField()),
                ('why', models.CharField(blank=True, max_length=200)),
                ('source', models.CharField(default='page', max_length=12)),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.entry')),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='people.person')),
            ],
            options={
                'verbose_name': 'change',
                'ordering': ['-version', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CarerFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('ground', models.CharField(choices=[('violence', 'sexual assault, abuse, abandonment, trafficking or violent harm'), ('addiction', 'drugs, heavy drinking, gambling or other bad habits'), ('neglect', 'refused or long neglected the duty of guardianship or care'), ('other', 'otherwise unfit')], max_length=10)),
                ('sealed_evidence', models.BinaryField()),
                ('raised_at', models.DateTimeField(auto_now_add=True)),
                ('outcome', models.CharField(blank=True, choices=[('excluded', 'excluded'), ('allowed', 'may care')], max_length=10)),
                ('sealed_reason', models.BinaryField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='carer_findings', to='people.person')),
            ],
            options={
                'verbose_name': 'finding about a carer',
            },
        ),
        migrations.CreateModel(
            name='AwayPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('destination', models.CharField(blank=True, max_length=80)),
                ('employer', models.CharField(blank=True, max_length=80)),
                ('occupation', models.CharField(blank=True, max_length=40)),
                ('sealed_address', models.BinaryField(null=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
            ],
            options={
                'verbose_name': 'away period',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('title', models.CharField(max_length=60)),
                ('given_by', models.CharField(blank=True, max_length=80)),
                ('given_on', models.DateField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='awards', to='people.person')),
            ],
            options={
                'verbose_name': 'award',
            },
        ),
        migrations.CreateModel(
            name='AccessGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('reason', models.CharField(max_length=200)),
                ('origin', models.CharField(default='hand', max_length=40)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='organisations.organisation')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='people.person')),
            ],
            options={
                'verbose_name': 'access grant',
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(choices=[(guanai.organisations.rules.Group['CHILD'], 'left-behind child'), (guanai.organisations.rules.Group['WOMAN'], 'left-behind woman'), (guanai.organisations.rules.Group['ELDER'], 'left-behind elder'), (guanai.organisations.rules.Group['DIFFICULTY'], 'child in difficulty'), (guanai.organisations.rules.Group['MIGRANT'], 'migrant child')], max_length=10)),
                ('path', models.CharField(max_length=40)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to='people.person')),
            ],
            options={
                'verbose_name': 'registration',
            },
        ),
        migrations.CreateModel(
            name='Residence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('home', 'lives at'), ('hukou', 'registered at')], default='home', max_length=6)),
                ('sealed_address', models.BinaryField(null=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place')),
            ],
            options={
                'verbose_name': 'residence',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('shared', models.BooleanField(default=False)),
                ('group', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=40)),
                ('query', models.JSONField(default=dict)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='organisations.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved view',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Schooling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(blank=True, choices=[('preschool', 'not yet at school'), ('kindergarten', 'kindergarten'), ('primary', 'primary school'), ('junior', 'junior middle school'), ('senior', 'senior middle school'), ('vocational', 'vocational school'), ('special', 'special education'), ('suspended', 'suspended'), ('dropout', 'dropped out'), ('never', 'never attended'), ('left', 'finished school')], max_length=12)),
                ('school_name', models.CharField(blank=True, max_length=80)),
                ('grade', models.SmallIntegerField(null=True)),
                ('class_name', models.CharField(blank=True, max_length=20)),
                ('boarding', models.BooleanField(null=True)),
                ('head_teacher', models.CharField(blank=True, max_length=40)),
                ('results', models.CharField(blank=True, max_length=80)),
                ('weak_subjects', models.CharField(blank=True, max_length=80)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person')),
                ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pupils', to='organisations.organisation')),
                ('school_class', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pupils', to='organisations.schoolclass')),
            ],
            options={
                'verbose_name': 'schooling',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SearchToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', guanai.core.fields.BytewiseField(max_length=120)),
                ('path', models.CharField(max_length=40)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='people.person')),
            ],
            options={
                'verbose_name': 'search token',
            },
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['path'], name='people_hous_path_525fb0_idx'),
        ),
        migrations.AddConstraint(
            model_name='layoutmemory',
            constraint=models.UniqueConstraint(fields=('organisation', 'signature'), name='layout_remembered_once'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['path', 'pinyin', 'id'], name='people_pers_path_27d81f_idx'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['pinyin', 'id'], name='people_pers_pinyin_c93a65_idx'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['born', 'id'], name='people_pers_born_3fd63e_idx'),
        ),
        migrations.AddConstraint(
            model_name='kinship',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='kinship_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='kinship',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('relative')), _negated=True), name='nobody_is_his_own_kin'),
        ),
        migrations.AddConstraint(
            model_name='health',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='health_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='hardship',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='hardship_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='guardianship',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='guardianship_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='duplicateproposal',
            constraint=models.UniqueConstraint(fields=('left', 'right'), name='pair_proposed_once'),
        ),
        migrations.AddConstraint(
            model_name='circumstance',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='circumstance_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='awayperiod',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='awayperiod_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='accessgrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', False), ('user__isnull', True)), models.Q(('organisation__isnull', True), ('user__isnull', False)), _connector='OR'), name='grant_has_one_holder'),
        ),
        migrations.AddIndex(
            model_name='registration',
            index=models.Index(condition=models.Q(('until', None)), fields=['group', 'path', 'person'], name='standing_by_place'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('person', 'group'), name='stands_once_in_a_ledger'),
        ),
        migrations.AddConstraint(
            model_name='residence',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='residence_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='schooling',
            index=models.Index(fields=['school', 'person'], name='people_scho_school__62a14e_idx'),
        ),
        migrations.AddIndex(
            model_name='schooling',
            index=models.Index(fields=['school_class', 'person'], name='people_scho_school__8765a4_idx'),
        ),
        migrations.AddConstraint(
            model_name='schooling',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='schooling_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='searchtoken',
            index=models.Index(fields=['token', 'path', 'person'], name='people_sear_token_abdacc_idx'),
        ),
    ]
