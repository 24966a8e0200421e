import django.db.models.deletion
import django.utils.timezone
import guanai.core.dates
import guanai.core.uid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0004_before_confirmation'),
        ('people', '0003_seal_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Advance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('year', 'new school year'), ('school', 'change of school')], max_length=8)),
                ('day', models.DateField()),
                ('plan', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', 'being prepared'), ('working', 'at work'), ('done', 'done'), ('undoing', 'being taken back'), ('undone', 'taken back')], default='draft', max_length=8)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('posts', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'school year or change of school',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AdvanceStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facts', models.JSONField(null=True)),
                ('state', models.CharField(default='', max_length=6)),
            ],
            options={
                'verbose_name': 'step of a school year',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Checkup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('age', models.SmallIntegerField()),
                ('done', models.JSONField(default=dict)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'checklist',
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('quarter', models.CharField(max_length=6)),
                ('path', models.CharField(max_length=40)),
                ('how', models.CharField(choices=[('seen', 'seen'), ('phone', 'by phone'), ('video', 'by video'), ('together', 'together with others, after a contact')], max_length=8)),
                ('happened_on', models.DateField()),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('version', models.IntegerField()),
                ('changed', models.BooleanField()),
                ('late', models.BooleanField()),
                ('slow', models.BooleanField()),
                ('bulk', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'confirmation of a file',
            },
        ),
        migrations.CreateModel(
            name='ContactMade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('visit', 'visit at home'), ('school', 'met at school'), ('phone', 'phone call'), ('video', 'video call')], default='visit', max_length=8)),
                ('day', models.DateField()),
                ('whom', models.CharField(choices=[('self', 'the person'), ('carer', 'guardian or carer'), ('parent', 'parent')], default='self', max_length=8)),
                ('made_by', models.CharField(blank=True, max_length=40)),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'contact made',
                'ordering': ['day', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DefinitionNumbers',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('definition', models.CharField(max_length=32)),
                ('numbers', models.JSONField()),
                ('set_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'numbers of a definition',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Difficulty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('since', models.DateField(blank=True, null=True)),
                ('since_precision', models.SmallIntegerField(choices=[(guanai.core.dates.Precision['YEAR'], 'year'), (guanai.core.dates.Precision['MONTH'], 'month'), (guanai.core.dates.Precision['DAY'], 'exact day')], default=guanai.core.dates.Precision['DAY'])),
                ('until', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('mind', 'psychological difficulty'), ('school', 'weary of school, may drop out'), ('conduct', 'bad conduct (law on preventing juvenile crime art. 28)'), ('grave', 'gravely bad conduct (the same law, art. 38)'), ('accident', 'hurt in an accident'), ('harm', 'unlawfully harmed')], max_length=8)),
                ('sealed_text', models.BinaryField()),
            ],
            options={
                'verbose_name': 'difficulty',
                'ordering': ['since', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LifeRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('name', models.CharField(max_length=10)),
                ('days', models.SmallIntegerField()),
                ('items', models.JSONField(default=list)),
                ('set_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'rule about the life of files',
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('version', models.IntegerField()),
                ('sealed_steps', models.BinaryField()),
            ],
            options={
                'verbose_name': 'merge of two files',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Practice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('ways', models.JSONField()),
                ('set_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'practice of the county',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='RoundEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.CharField(max_length=6, unique=True)),
                ('due', models.DateField()),
                ('closed_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'closed quarterly check',
            },
        ),
        migrations.CreateModel(
            name='RoundLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.CharField(max_length=6)),
                ('path', models.CharField(max_length=40)),
                ('confirmed', models.BooleanField()),
            ],
            options={
                'verbose_name': 'line of a closed quarterly check',
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
            ],
            options={
                'verbose_name': 'status',
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('bundle', models.UUIDField(db_index=True)),
                ('kind', models.CharField(choices=[('place', 'to another place'), ('school', 'to another school'), ('outside', 'out of the county')], max_length=8)),
                ('grade', models.SmallIntegerField(null=True)),
                ('day', models.DateField()),
                ('household', models.BooleanField(default=False)),
                ('sealed_why', models.BinaryField()),
                ('sealed_to', models.BinaryField(null=True)),
                ('sealed_answer', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('accepted', 'accepted'), ('returned', 'sent back'), ('withdrawn', 'withdrawn'), ('handed', 'handed over')], default='waiting', max_length=10)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'handing over',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='WaitingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', guanai.core.uid.UidField(default=guanai.core.uid.new_uid, editable=False, unique=True)),
                ('verb', models.CharField(choices=[('change', 'change'), ('add', 'add'), ('correct', 'correct'), ('withdraw', 'take out')], max_length=8)),
                ('kind', models.CharField(blank=True, max_length=16)),
                ('row', models.UUIDField(null=True)),
                ('sealed', models.BinaryField()),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outcome', models.CharField(blank=True, choices=[('confirmed', 'confirmed'), ('refused', 'not confirmed'), ('withdrawn', 'withdrawn by who asked')], max_length=9)),
                ('decided_at', models.DateTimeField(null=True)),
                ('sealed_reason', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': 'change that waits for the township',
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='awayperiod',
            name='listed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='duplicateproposal',
            name='why',
            field=models.CharField(blank=True, choices=[('twins', 'twins, brothers or sisters'), ('namesakes', 'people of the same name: cousins or others'), ('number', 'two ID numbers that were both checked'), ('asked', 'asked the family, the village or the school'), ('papers', 'looked at the papers')], max_length=10, verbose_name='why'),
        ),
        migrations.AddField(
            model_name='person',
            name='closed_for',
            field=models.CharField(blank=True, choices=[('sixteen', 'turned sixteen'), ('eighteen', 'turned eighteen'), ('returned', 'parents or spouse came home for good'), ('taken', 'lives with the parents now'), ('better', 'the hardship is over'), ('moved', 'moved away'), ('died', 'died'), ('mistaken', 'did not belong there'), ('other', 'another reason')], max_length=10),
        ),
        migrations.AddField(
            model_name='person',
            name='closed_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='registration',
            name='kept_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='registration',
            name='left_for',
            field=models.CharField(blank=True, choices=[('sixteen', 'turned sixteen'), ('eighteen', 'turned eighteen'), ('returned', 'parents or spouse came home for good'), ('taken', 'lives with the parents now'), ('better', 'the hardship is over'), ('moved', 'moved away'), ('died', 'died'), ('mistaken', 'did not belong there'), ('other', 'another reason')], max_length=10),
        ),
        migrations.AddField(
            model_name='residence',
            name='rural',
            field=models.CharField(blank=True, choices=[('yes', 'rural'), ('no', 'urban')], max_length=3),
        ),
        migrations.AlterField(
            model_name='duplicateproposal',
            name='outcome',
            field=models.CharField(blank=True, choices=[('same', 'the same person'), ('different', 'not the same person')], max_length=10),
        ),
        migrations.AlterField(
            model_name='residence',
            name='place',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place'),
        ),
        migrations.AddIndex(
            model_name='duplicateproposal',
            index=models.Index(fields=['outcome', '-probability', 'id'], name='pair_by_likeness'),
        ),
        migrations.AddField(
            model_name='advance',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='advance',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='advancestep',
            name='advance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='people.advance'),
        ),
        migrations.AddField(
            model_name='advancestep',
            name='after',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.schooling'),
        ),
        migrations.AddField(
            model_name='advancestep',
            name='before',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.schooling'),
        ),
        migrations.AddField(
            model_name='advancestep',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person'),
        ),
        migrations.AddField(
            model_name='checkup',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checkups', to='people.person'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='people.person'),
        ),
        migrations.AddField(
            model_name='contactmade',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts_made', to='people.person'),
        ),
        migrations.AddField(
            model_name='definitionnumbers',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='difficulty',
            name='batch',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import'),
        ),
        migrations.AddField(
            model_name='difficulty',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='people.person'),
        ),
        migrations.AddField(
            model_name='liferule',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='merge',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='merge',
            name='gone',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person'),
        ),
        migrations.AddField(
            model_name='merge',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='people.person'),
        ),
        migrations.AddField(
            model_name='merge',
            name='proposal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.duplicateproposal'),
        ),
        migrations.AddField(
            model_name='practice',
            name='set_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='roundline',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='round_lines', to='people.person'),
        ),
        migrations.AddField(
            model_name='status',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statuses', to='people.person'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transfer',
            name='from_place',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='from_school',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transfers', to='people.person'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transfer',
            name='to_place',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.place'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='to_school',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='waitingchange',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='waitingchange',
            name='batch',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.import'),
        ),
        migrations.AddField(
            model_name='waitingchange',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='waitingchange',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiting_changes', to='people.person'),
        ),
        migrations.AddConstraint(
            model_name='advance',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('school', 'day'), name='school_year_prepared_once'),
        ),
        migrations.AddConstraint(
            model_name='checkup',
            constraint=models.UniqueConstraint(fields=('person', 'age'), name='one_list_an_age'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(fields=['quarter', 'person'], name='confirmed_in'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(fields=['by', 'entered_at'], name='confirmed_by'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(fields=('person', 'quarter'), name='confirmed_once_a_quarter'),
        ),
        migrations.AddIndex(
            model_name='contactmade',
            index=models.Index(fields=['person', 'day'], name='met_on'),
        ),
        migrations.AddConstraint(
            model_name='difficulty',
            constraint=models.CheckConstraint(condition=models.Q(('since', None), ('until', None), ('until__gte', models.F('since')), _connector='OR'), name='difficulty_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(fields=('gone',), name='merged_once'),
        ),
        migrations.AddIndex(
            model_name='roundline',
            index=models.Index(fields=['quarter', 'path', 'person'], name='round_by_place'),
        ),
        migrations.AddConstraint(
            model_name='roundline',
            constraint=models.UniqueConstraint(fields=('person', 'quarter'), name='once_on_a_list'),
        ),
        migrations.AddIndex(
            model_name='status',
            index=models.Index(fields=['definition', 'answer', 'path'], name='status_by_place'),
        ),
        migrations.AddIndex(
            model_name='status',
            index=models.Index(condition=models.Q(('until', None), _negated=True), fields=['definition', 'until'], name='status_left'),
        ),
        migrations.AddIndex(
            model_name='status',
            index=models.Index(condition=models.Q(('next_on', None), _negated=True), fields=['next_on'], name='status_due'),
        ),
        migrations.AddConstraint(
            model_name='status',
            constraint=models.UniqueConstraint(fields=('person', 'definition'), name='one_answer_a_definition'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['state'], name='transfer_waiting'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('person', 'kind'), name='handed_over_once'),
        ),
        migrations.AddIndex(
            model_name='waitingchange',
            index=models.Index(condition=models.Q(('outcome', '')), fields=['person'], name='change_waiting'),
        ),
    ]
