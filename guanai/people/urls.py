from django.urls import include, path

from guanai.people.ledger import urls as ledger
from guanai.people.life import urls as life
from guanai.people.merging import urls as merging
from guanai.people.rounds import urls as rounds
from guanai.people.views import acts, definitions, facts, file, looks, new, waiting

app_name = "people"
FILE = "<uuid:uid>/"
DEFINITION = "definitions/<slug:definition>/"
KIN = "<uuid:uid>/kin/<uuid:of>/"
files = [
    path("new/", new.new_file, name="new"),
    path("alone/", acts.alone, name="alone"),
    path("findings/", acts.findings, name="findings"),
    path("findings/<uuid:uid>/", acts.decide, name="finding"),
    path("legal-bases/", acts.legal_bases, name="legal_bases"),
    path("legal-bases/<uuid:uid>/end/", acts.legal_basis_end, name="legal_basis_end"),
    path("emergency/", looks.emergency, name="emergency"),
    path("emergencies/", looks.emergencies, name="emergencies"),
    path("emergencies/<uuid:uid>/", looks.review, name="emergency_review"),
    *life.urlpatterns,
    *merging.urlpatterns,
    path("waiting/", waiting.index, name="waiting"),
    path(FILE + "waiting/<uuid:change>/", waiting.decide, name="waiting_change"),
    path(FILE + "waiting/<uuid:change>/withdrawal/", waiting.take_back, name="waiting_take_back"),
    *rounds.files,
    path("definitions/", definitions.index, name="definitions"),
    path(DEFINITION, definitions.detail, name="definition"),
    path(DEFINITION + "numbers/", definitions.change, name="definition_numbers"),
    path(FILE + "statuses/", definitions.of_person, name="statuses"),
    path(FILE, file.detail, name="file"),
    path(FILE + "look/", looks.look, name="look"),
    path(FILE + "print/", file.print_view, name="print"),
    path(FILE + "history/", file.history, name="history"),
    path(FILE + "ledgers/", acts.register, name="register"),
    path(FILE + "family/", new.new_kin, name="new_kin"),
    path(KIN + "findings/", acts.finding, name="raise_finding"),
    *(
        path(start + rest, view, name=name)
        for start in (FILE, KIN)
        for rest, view, name in (
            ("history/<uuid:change>/undoing/", file.revert, "revert"),
            ("sections/<slug:section>/", facts.section, "section"),
            ("entries/<slug:kind>/", facts.entry, "entry"),
            ("entries/<slug:kind>/<uuid:row>/", facts.entry, "entry"),
            ("entries/<slug:kind>/<uuid:row>/withdrawal/", facts.withdraw, "withdraw"),
        )
    ),
]
urlpatterns = [path("people/", include(files)), *ledger.urlpatterns]
