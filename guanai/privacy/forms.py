"""Forms about consents, requests and the county's papers; they only translate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.organisations.forms import Day, PlaceField
from guanai.people.models import Person
from guanai.privacy.catalogue import BASES, asked_purposes
from guanai.privacy.models import Answer, Consent, Request
from guanai.privacy.models.consents import HOW, Giver, givers, word_for
from guanai.privacy.rules import Word, is_heard, kind_of

MOST = 10 << 20  # bytes of a scan


def long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ScanField(forms.FileField):
    """A photo or PDF; cleaned to its bytes, judged by content and not by name."""

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file = super().clean(data, initial)
        content: bytes = file.read(MOST + 1) if file else b""
        if content and (len(content) > MOST or not kind_of(content)):
            raise forms.ValidationError(_("This is no PDF, JPEG or PNG of at most 10 MB."))
        return content


class GivenForm(forms.Form):
    """`giver`: whoever may speak for this person, out of the file."""

    giver = forms.TypedChoiceField(label=_("who says it"), coerce=int)

    def __init__(self, *args: Any, person: Person, known: list[Giver], **options: Any) -> None:
        super().__init__(*args, **options)
        word = self.word(person)
        own = [(person.pk, str(_("the person itself")))] if word != Word.GUARDIAN else []
        others = [(g.person.pk, str(g)) for g in known] if word != Word.OWN_TOLD else []
        self.fields["giver"].choices = own + others  # type: ignore[attr-defined]

    def word(self, person: Person) -> Word:
        """Whose word is asked; here anybody's."""
        return Word.OWN


class SharedForm(forms.Form):
    """What a stack of papers has in common."""

    purposes = forms.MultipleChoiceField(
        label=_("what for"),
        choices=lambda: [(code, str(one)) for code, one in asked_purposes().items()],
        initial=lambda: [code for code, one in asked_purposes().items() if one.ask],
        widget=forms.CheckboxSelectMultiple,
    )
    on = forms.DateField(label=_("said on"), widget=Day(), initial=timezone.localdate)
    until = forms.DateField(
        label=_("valid until"),
        widget=Day(),
        required=False,
        help_text=_("Empty: until it is withdrawn."),
    )
    how = forms.ChoiceField(label=_("how"), choices=HOW)
    note = forms.CharField(
        label=_("witnesses, or how it was said"),
        required=False,
        max_length=500,
        widget=long(2),
        help_text=_("Names of the two witnesses; for a call who called whom. Kept under seal."),
    )


class ChildForm(GivenForm):
    """What differs from child to child; fields that do not concern this person are left out."""

    granted = forms.TypedChoiceField(
        label=_("answer"),
        choices=[("yes", _("agrees")), ("no", _("does not agree"))],
        coerce=lambda text: text == "yes",
    )
    guardian_told_on = forms.DateField(label=_("guardian told on"), widget=Day(), required=False)
    view = forms.ChoiceField(
        label=_("the child's own view"), choices=[("", "—"), *Consent.VIEWS], required=False
    )
    said = forms.CharField(
        label=_("what the child said"), max_length=1000, required=False, widget=long(2)
    )
    scan = ScanField(
        label=_("scan or photo of the paper"),
        required=False,
        help_text=_("PDF, JPEG or PNG, at most 10 MB. It is kept under seal."),
    )

    def word(self, person: Person) -> Word:
        today = timezone.localdate()
        word = word_for(person, today)
        if word != Word.OWN_TOLD:
            del self.fields["guardian_told_on"]
        if not is_heard(person.birth_date, today, word):
            del self.fields["view"], self.fields["said"]
        return word


class RowForm(ChildForm):
    take = forms.BooleanField(required=False)
    said = forms.CharField(max_length=1000, required=False)


class ConsentForm(ChildForm, SharedForm):
    field_order = ["purposes", "giver", "granted", "view", "said", "on", "until"]


class StackForm(SharedForm):
    place = PlaceField(label=_("village or place"))
    field_order = ["place"]


class WithdrawalForm(GivenForm):
    on = forms.DateField(label=_("withdrawn on"), widget=Day(), initial=timezone.localdate)
    how = forms.ChoiceField(label=_("how"), choices=HOW)


class RequestForm(GivenForm):
    kind = forms.ChoiceField(label=_("what is asked"), choices=Request.KINDS)
    identity = forms.ChoiceField(
        label=_("how the identity was checked"), choices=Request.IDENTITIES
    )
    received_on = forms.DateField(label=_("received on"), widget=Day(), initial=timezone.localdate)
    asked = forms.CharField(label=_("in detail"), max_length=2000, required=False, widget=long())


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("answer"), choices=Answer.OUTCOMES, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("reason"), max_length=2000, required=False, widget=long())
    whereabouts = forms.BooleanField(
        label=_("with address, school, phones and carers"),
        required=False,
        help_text=_(
            "Only for who lives with the person. Never when somebody may be in danger: a copy must "
            "not lead a harmer to a child."
        ),
    )


class ExtensionForm(forms.Form):
    to = forms.DateField(label=_("extended to"), widget=Day())
    why = forms.CharField(label=_("why"), max_length=500)


class PurposeForm(forms.Form):
    basis = forms.ChoiceField(label=_("basis"), choices=BASES)
    article = forms.CharField(label=_("article or document"), max_length=200)
    ask = forms.BooleanField(
        label=_("ask every child's guardian"),
        required=False,
        help_text=_("Who was not asked yet stands in the list of missing consents."),
    )


class TermForm(forms.Form):
    number = forms.IntegerField(label=_("how long"), min_value=1, max_value=100)
    source = forms.CharField(label=_("source"), max_length=200)


class PaperForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(label=_("text"), max_length=40_000, widget=long(28))


def givers_today(person: Person) -> dict[str, Any]:
    """What a GivenForm asks for."""
    today: dt.date = timezone.localdate()
    return {"person": person, "known": givers([person], today)[person.pk]}
