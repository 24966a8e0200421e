from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkey
from django.db.transaction import atomic
from django.urls import include, path

from guanai.organisations.views import own

urlpatterns = [
    path("", include("guanai.core.urls")),
    path("audit/", include("guanai.audit.urls")),
    path("", include("guanai.people.urls")),
    path("imports/", include("guanai.people.importing.urls")),
    path("privacy/", include("guanai.privacy.urls")),
    path("organisations/", include("guanai.organisations.urls")),
    # Of allauth only what a closed house without mail needs.
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/code/", factor.authenticate, name="mfa_authenticate"),
    path("accounts/app/", app.activate_totp, name="mfa_activate_totp"),
    path("accounts/passkey/", atomic(passkey.add_webauthn), name="mfa_add_webauthn"),
    path("accounts/passkey/login/", passkey.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    # And what we answer ourselves; `mfa_index` is the name to which allauth returns.
    path("accounts/", own.account, name="mfa_index"),
    path("accounts/factors/removal/", own.factor_removal, name="factor_removal"),
    path("accounts/sessions/others/", own.other_sessions_end, name="other_sessions_end"),
    path("accounts/sessions/<uuid:uid>/", own.session_end, name="session_end"),
    path("accounts/token/", own.token, name="token"),
]

handler400 = "guanai.core.views.bad_request"
handler403 = "guanai.core.views.forbidden"
handler404 = "guanai.core.views.not_found"
handler429 = "guanai.core.views.too_many"  # allauth's, where it slows guessing
handler500 = "guanai.core.views.broken"
