from django.urls import include, path

urlpatterns = [
    path("", include("guanai.core.urls")),
    path("audit/", include("guanai.audit.urls")),
    path("organisations/", include("guanai.organisations.urls")),
    path("accounts/", include("allauth.account.urls")),
]

handler400 = "guanai.core.views.bad_request"
handler403 = "guanai.core.views.forbidden"
handler404 = "guanai.core.views.not_found"
handler500 = "guanai.core.views.broken"
