from django.urls import include, path

urlpatterns = [
    path("", include("guanai.core.urls")),
    path("organisations/", include("guanai.organisations.urls")),
    path("accounts/", include("allauth.account.urls")),
]
