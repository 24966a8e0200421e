import django.db.models.deletion
import django.utils.timezone
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FactorRule',
            fields=[
                ('role', models.CharField(max_length=24, primary_key=True, serialize=False)),
                ('required', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('key', models.BigIntegerField(primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name='post',
            name='asked_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='post',
            name='asked_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='user',
            name='code_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='CodeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('asked_as', models.CharField(max_length=24)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'request for a code',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('granted', models.BooleanField(default=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(max_length=24)),
                ('path', models.CharField(max_length=40)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='consent', to='organisations.post')),
            ],
            options={
                'verbose_name': 'confirmation of a post',
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('device', models.CharField(blank=True, max_length=40)),
                ('began', models.DateTimeField()),
                ('seen', models.DateTimeField()),
                ('lacks_factor', models.BooleanField(default=False)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
