import django.db.models.deletion
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('user_id', models.BigIntegerField(db_index=True)),
                ('person_id', models.BigIntegerField(db_index=True)),
                ('how', models.CharField(max_length=20)),
                ('reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'reading',
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('action', models.CharField(db_index=True, max_length=60)),
                ('subject', models.CharField(blank=True, max_length=40)),
                ('subject_uid', models.BinaryField(db_index=True, max_length=16, null=True)),
                ('path', models.CharField(blank=True, max_length=40)),
                ('refused', models.BooleanField(default=False)),
                ('facts', models.JSONField(default=dict)),
                ('user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'audit entry',
                'indexes': [models.Index(fields=['user', 'at'], name='audit_entry_user_id_6b2b4a_idx')],
            },
        ),
    ]
