import django.db.models.deletion
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0002_trust'),
        ('people', '0001_one_number_one_file'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('purpose', models.CharField(choices=[('verify', 'checking and updating what stands in the file'), ('request', 'an application, relief or service for the family'), ('report', 'a report, a call for help or a lead'), ('case', 'a case conference or decision'), ('inspect', 'inspection or audit of the work'), ('other', 'another purpose, named below')], max_length=10, verbose_name='purpose')),
                ('sealed_note', models.BinaryField(null=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'look at a file',
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('founded', 'it was needed'), ('unfounded', 'it was not needed')], max_length=10, verbose_name='verdict')),
                ('sealed_note', models.BinaryField()),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'review of an emergency access',
            },
        ),
        migrations.AddField(
            model_name='accessgrant',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='person',
            name='cared_for',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='person',
            name='erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='import',
            name='file_name',
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('cared_for', False)), fields=['path'], name='looked_at_by_place'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(condition=models.Q(('checked', True)), fields=('exact',), name='one_file_for_a_number'),
        ),
        migrations.AddField(
            model_name='look',
            name='grant',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='look', to='people.accessgrant'),
        ),
        migrations.AddField(
            model_name='look',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looks', to='people.person'),
        ),
        migrations.AddField(
            model_name='look',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='look',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review', to='people.look'),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(fields=['person', 'user', 'until'], name='people_look_person__e5da7c_idx'),
        ),
    ]
