from allauth.account import views as account
from django.urls import include, path

urlpatterns = [
    path("", include("guanai.core.urls")),
    path("audit/", include("guanai.audit.urls")),
    path("", include("guanai.people.urls")),
    path("imports/", include("guanai.people.importing.urls")),
    path("organisations/", include("guanai.organisations.urls")),
    # Of allauth only what a closed house without mail needs.
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
]

handler400 = "guanai.core.views.bad_request"
handler403 = "guanai.core.views.forbidden"
handler404 = "guanai.core.views.not_found"
handler500 = "guanai.core.views.broken"
