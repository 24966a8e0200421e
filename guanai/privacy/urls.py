from django.urls import path

from guanai.privacy.views import consents, county, requests

app_name = "privacy"
PERSON = "people/<uuid:uid>/"
urlpatterns = [
    path("", county.index, name="index"),
    path("missing/", consents.missing, name="missing"),
    path("missing/print/", consents.missing_print, name="missing_print"),
    path("stack/", consents.stack, name="stack"),
    path(PERSON + "consents/", consents.record, name="record"),
    path(PERSON + "forms/<slug:paper>.<slug:kind>", consents.blank, name="blank"),
    path(PERSON + "requests/", requests.receive, name="receive"),
    path("consents/<uuid:uid>/", consents.consent, name="consent"),
    path("consents/<uuid:uid>/scan/", consents.scan, name="scan"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<uuid:uid>/", requests.detail, name="request"),
    path("requests/<uuid:uid>/extension/", requests.extend, name="extend"),
    path("requests/<uuid:uid>/<slug:paper>.<slug:kind>", requests.paper, name="request_paper"),
    path("bases/", county.bases, name="bases"),
    path("rulings/<slug:kind>/<slug:code>/", county.ruling, name="ruling"),
    path("papers/", county.papers, name="papers"),
    path("papers/<slug:kind>/", county.paper, name="paper"),
    path("papers/<slug:kind>.<slug:ending>", county.paper_file, name="paper_file"),
    path("periods/", county.periods, name="periods"),
    path("periods/<slug:code>/", county.due, name="due"),
    path("deletions/", county.log, name="log"),
    path("deletions/<uuid:uid>/<slug:act>/", county.deletion, name="deletion"),
    path("public/", county.published, name="published"),
    path("public/<slug:kind>/", county.published, name="published"),
]
