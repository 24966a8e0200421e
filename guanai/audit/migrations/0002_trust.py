import django.db.models.deletion
import django.utils.timezone
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EntrySeal',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('rows', models.PositiveIntegerField()),
                ('spans', models.JSONField()),
                ('prints', models.BinaryField()),
                ('digest', models.BinaryField(max_length=32)),
                ('previous', models.BinaryField(max_length=32)),
                ('head', models.BinaryField(max_length=32)),
                ('high', models.BigIntegerField()),
                ('awaited', models.JSONField(default=list)),
                ('gone', models.JSONField(default=list)),
                ('emptied_at', models.DateTimeField(null=True)),
                ('emptied_why', models.CharField(blank=True, max_length=40)),
                ('open', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'seal of acts',
                'ordering': ['number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('bulk', 'many files in an hour'), ('night', 'files at night'), ('kin', 'files of own relatives, by name'), ('outside', 'files outside the area of the posts'), ('refused', 'refused again and again'), ('export', 'large exports')], max_length=10)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
                ('usual', models.PositiveIntegerField(null=True)),
                ('people', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'pattern',
                'ordering': ['-since', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('result', models.CharField(choices=[('explained', 'explained by the work'), ('warned', 'not needed: the account was instructed'), ('handed', 'handed on to the unit or the discipline inspection')], max_length=10, verbose_name='result')),
                ('text', models.CharField(max_length=400, verbose_name='who was asked, and what came out')),
            ],
            options={
                'verbose_name': 'inquiry',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReadingSeal',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('rows', models.PositiveIntegerField()),
                ('spans', models.JSONField()),
                ('prints', models.BinaryField()),
                ('digest', models.BinaryField(max_length=32)),
                ('previous', models.BinaryField(max_length=32)),
                ('head', models.BinaryField(max_length=32)),
                ('high', models.BigIntegerField()),
                ('awaited', models.JSONField(default=list)),
                ('gone', models.JSONField(default=list)),
                ('emptied_at', models.DateTimeField(null=True)),
                ('emptied_why', models.CharField(blank=True, max_length=40)),
                ('open', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'seal of looks',
                'ordering': ['number'],
                'abstract': False,
            },
        ),
        migrations.AlterField(
            model_name='entry',
            name='action',
            field=models.CharField(max_length=60),
        ),
        migrations.AlterField(
            model_name='entry',
            name='subject_uid',
            field=models.BinaryField(max_length=16, null=True),
        ),
        migrations.AlterField(
            model_name='entry',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='reading',
            name='person_id',
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name='reading',
            name='user_id',
            field=models.BigIntegerField(),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['action', 'at'], name='audit_entry_action_9f4e42_idx'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['subject_uid', 'at'], name='audit_entry_subject_7c0d53_idx'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['path', 'at'], name='audit_entry_path_39629b_idx'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(models.F('at'), condition=models.Q(('refused', True)), name='audit_entry_refused'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(fields=['user_id', 'at'], name='audit_readi_user_id_cf76d2_idx'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(fields=['person_id', 'at'], name='audit_readi_person__25c6a7_idx'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(models.F('at'), condition=models.Q(('reason', ''), _negated=True), name='audit_reading_reasoned'),
        ),
        migrations.AddIndex(
            model_name='entryseal',
            index=models.Index(models.F('open'), condition=models.Q(('open', True)), name='entryseal_open'),
        ),
        migrations.AddField(
            model_name='finding',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='inquiry',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inquiries', to='audit.finding'),
        ),
        migrations.AddIndex(
            model_name='readingseal',
            index=models.Index(models.F('open'), condition=models.Q(('open', True)), name='readingseal_open'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.UniqueConstraint(fields=('kind', 'user', 'since'), name='found_once'),
        ),
    ]
