from django.urls import path

from guanai.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("readings/", views.readings, name="readings"),
    path("patterns/", views.patterns, name="patterns"),
    path("patterns/<uuid:uid>/", views.pattern, name="pattern"),
    path("chain/", views.chain, name="chain"),
    path("report/", views.report, name="report"),
]
