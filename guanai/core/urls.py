from django.urls import path
from django.views.i18n import set_language

from guanai.core import trust, views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.guide, name="help"),
    path("help/<slug:role>/", views.guide, name="help_of"),
    path("language/", set_language, name="set_language"),
    path("text-size/", views.text_size, name="text_size"),
    path("backups/", views.backups, name="backups"),
    path("trust/", trust.page, name="trust"),
    path("trust/guanai.crt", trust.authority, name="trust_authority"),
]
