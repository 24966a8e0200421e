from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from guanai.organisations.rules import AUDIT_VIEW, REQUEST_ADD

UNDER_A_PERSONS_KEY = {
    ("Consent", "person"): {"sealed_note": "consent.note", "sealed_said": "consent.said"},
    ("Request", "person"): {"sealed_asked": "request.asked",
                            "sealed_extension": "request.extension"},
    ("Answer", "request__person"): {"sealed_reason": "request.reason"},
}  # fmt: skip


class PrivacyConfig(AppConfig):
    name = "guanai.privacy"
    label = "privacy"

    def ready(self) -> None:
        from guanai.audit.words import CODES, HOW, WORDS
        from guanai.core import registries as core
        from guanai.privacy import acts
        from guanai.privacy.file import attached, moments, panel, waiting
        from guanai.privacy.periods import PERIODS, forget, needs

        WORDS.update(acts.ACTS)
        HOW.update(acts.HOW)
        CODES.update(acts.CODES)
        core.chapters.add(*acts.CHAPTERS)
        may_enter = core.holding(REQUEST_ADD, AUDIT_VIEW)
        title, about = _("Data protection"), _("Consents, requests, notices, how long data stay")
        core.rooms.add(core.Room("privacy", title, "privacy:index", may_enter, about, rank=70))
        core.panels.add(core.Panel("consents", "privacy/parts/panel.html", panel))
        core.strands.add(core.Strand("consents", moments))
        core.attached.add(attached)
        core.greetings.add(core.Greeting("privacy/parts/waiting.html", may_enter, waiting))
        core.keepers.add(core.Keeper("privacy", needs, forget))
        for (model, of), bound in UNDER_A_PERSONS_KEY.items():
            fields, words = tuple(bound), tuple(bound.values())
            core.sealed.add(core.Sealed(f"privacy.{model}", fields, words=words, of=of))
        core.periods.add(*PERIODS)
