from django.urls import path

from guanai.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("readings/", views.readings, name="readings"),
]
