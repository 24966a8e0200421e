import django.contrib.auth.validators
import django.db.models.deletion
import guanai.core.uid
import guanai.organisations.rules
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=40, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()])),
                ('name', models.CharField(max_length=40)),
                ('is_active', models.BooleanField(default=True)),
                ('password_is_temporary', models.BooleanField(default=False)),
                ('date_joined', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'user',
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('level', models.CharField(choices=[('province', 'province'), ('city', 'city'), ('county', 'county'), ('township', 'township'), ('village', 'village'), ('group', "villagers' group")], max_length=10)),
                ('code', models.CharField(db_index=True, max_length=20)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisations.place')),
            ],
            options={
                'verbose_name': 'place',
                'ordering': ['path'],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('kind', models.CharField(choices=[('civil_affairs', 'civil affairs bureau'), ('womens_federation', "women's federation"), ('education', 'education bureau'), ('health', 'health bureau'), ('justice', 'justice bureau'), ('police', 'public security bureau'), ('youth_league', 'youth league committee'), ('disabled_federation', "disabled persons' federation"), ('veterans_committee', 'committee for the next generation'), ('county_government', 'county government'), ('township_government', 'township government'), ('village_committee', 'village committee'), ('school', 'school'), ('station', 'station'), ('social', 'social organisation'), ('association', 'association'), ('firm', 'firm')], db_index=True, max_length=24, verbose_name='kind')),
                ('path', models.CharField(db_index=True, max_length=40)),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed on')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisations.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='organisations.place', verbose_name='place')),
            ],
            options={
                'verbose_name': 'organisation',
                'ordering': ['path', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PlaceCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=20)),
                ('name', models.CharField(max_length=60)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='organisations.place')),
            ],
            options={
                'verbose_name': 'code of a place',
            },
        ),
        migrations.CreateModel(
            name='SchoolClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('grade', models.SmallIntegerField()),
                ('name', models.CharField(max_length=20)),
                ('year', models.SmallIntegerField()),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='classes', to='organisations.organisation')),
            ],
            options={
                'verbose_name': 'class',
                'ordering': ['school', 'grade', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('role', models.CharField(choices=[(guanai.organisations.rules.Role['VILLAGE_WORKER'], 'village worker'), (guanai.organisations.rules.Role['TOWNSHIP_SUPERVISOR'], 'township supervisor'), (guanai.organisations.rules.Role['CLASS_TEACHER'], 'class teacher'), (guanai.organisations.rules.Role['SCHOOL_OFFICE'], 'school office'), (guanai.organisations.rules.Role['COUNTY_OFFICE'], 'county office'), (guanai.organisations.rules.Role['COUNTY_LEADER'], 'county leader'), (guanai.organisations.rules.Role['HELPER'], 'helper'), (guanai.organisations.rules.Role['SYSTEM_ADMIN'], 'system administrator'), (guanai.organisations.rules.Role['SECURITY_ADMIN'], 'security administrator'), (guanai.organisations.rules.Role['AUDITOR'], 'auditor')], max_length=24, verbose_name='role')),
                ('title', models.CharField(blank=True, max_length=40, verbose_name='title')),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='organisations.organisation', verbose_name='organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('school_class', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisations.schoolclass', verbose_name='class')),
            ],
            options={
                'verbose_name': 'post',
            },
        ),
        migrations.CreateModel(
            name='Body',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(db_index=True, max_length=32, verbose_name='kind')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('path', models.CharField(db_index=True, max_length=40)),
                ('duties', models.TextField(blank=True, verbose_name='duties')),
                ('founded_on', models.DateField(blank=True, null=True, verbose_name='founded on')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='organisations.organisation', verbose_name='organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='organisations.place', verbose_name='place')),
                ('school_class', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisations.schoolclass', verbose_name='class')),
            ],
            options={
                'verbose_name': 'body',
                'ordering': ['path', 'kind', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('day', models.DateField(verbose_name='day')),
                ('what', models.CharField(max_length=200, verbose_name='what was done')),
                ('people', models.PositiveIntegerField(default=0, verbose_name='people served')),
                ('hours', models.DecimalField(decimal_places=1, default=0, max_digits=6, verbose_name='hours')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='services', to='organisations.body')),
            ],
            options={
                'verbose_name': 'service',
                'ordering': ['-day', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('unit', models.CharField(blank=True, max_length=80, verbose_name='unit and post')),
                ('position', models.CharField(max_length=40, verbose_name='position')),
                ('duties', models.CharField(blank=True, max_length=400, verbose_name='duties')),
                ('full_time', models.BooleanField(default=False, verbose_name='full time')),
                ('certificate', models.CharField(blank=True, max_length=80, verbose_name='certificate')),
                ('duty_days', models.CharField(blank=True, max_length=80, verbose_name='duty days')),
                ('sealed_phone', models.BinaryField(null=True)),
                ('since', models.DateField(blank=True, null=True, verbose_name='in post since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='in post until')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='organisations.body')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'member',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='member_ends_after_it_begins')],
            },
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_from', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='place_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.UniqueConstraint(fields=('name', 'place'), name='organisation_named_once_a_place'),
        ),
        migrations.AddConstraint(
            model_name='schoolclass',
            constraint=models.UniqueConstraint(fields=('school', 'year', 'grade', 'name'), name='class_named_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='post_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', guanai.organisations.rules.Role['CLASS_TEACHER']), _negated=True), ('school_class__isnull', False), _connector='OR'), name='class_teacher_has_a_class'),
        ),
    ]
