import django.db.models.deletion
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_seal_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='awayperiod',
            name='listed',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='DefinitionNumbers',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('definition', models.CharField(max_length=32)),
                ('numbers', models.JSONField()),
                ('set_at', models.DateTimeField(auto_now_add=True)),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'numbers of a definition',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Status',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('definition', models.CharField(max_length=32)),
                ('path', models.CharField(max_length=40)),
                ('answer', models.SmallIntegerField(choices=[(2, 'counts'), (1, 'not clear'), (0, 'does not count')])),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('next_on', models.DateField(null=True)),
                ('why', models.JSONField(default=list)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statuses', to='people.person')),
            ],
            options={
                'verbose_name': 'status',
                'indexes': [models.Index(fields=['definition', 'answer', 'path'], name='status_by_place'), models.Index(condition=models.Q(('until', None), _negated=True), fields=['definition', 'until'], name='status_left'), models.Index(condition=models.Q(('next_on', None), _negated=True), fields=['next_on'], name='status_due')],
                'constraints': [models.UniqueConstraint(fields=('person', 'definition'), name='one_answer_a_definition')],
            },
        ),
    ]
