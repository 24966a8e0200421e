from django.urls import path, re_path

from guanai.organisations.views import bodies, organisations, own, places, users

app_name = "organisations"
urlpatterns = [
    path("", organisations.directory, name="directory"),
    path("new/", organisations.keep, name="organisation_new"),
    path("units/<uuid:uid>/", organisations.detail, name="organisation"),
    path("units/<uuid:uid>/entry/", organisations.keep, name="organisation_entry"),
    path("units/<uuid:uid>/classes/", organisations.classes, name="classes"),
    path("places/", places.tree, name="places"),
    path("places/import/", places.import_codes, name="places_import"),
    path("places/<slug:code>/", places.tree, name="place"),
    re_path(
        r"^places/(?P<code>[-\w]+)/(?P<act>below|code|closure)/$",
        places.change,
        name="place_change",
    ),
    path("bodies/", bodies.kinds, name="bodies"),
    path("bodies/new/", bodies.keep, name="body_new"),
    path("bodies/kinds/<slug:key>/", bodies.of_kind, name="bodies_of_kind"),
    path("bodies/<uuid:uid>/", bodies.detail, name="body"),
    path("bodies/<uuid:uid>/entry/", bodies.keep, name="body_entry"),
    path("bodies/<uuid:uid>/members/", bodies.appoint, name="members"),
    path("bodies/<uuid:uid>/services/", bodies.services, name="services"),
    re_path(r"^members/(?P<uid>[0-9a-f-]{36})/(?P<act>entry|end)/$", bodies.member, name="member"),
    path("second-factor/", own.factor_rules, name="factor_rules"),
    path("accounts/", users.accounts, name="accounts"),
    path("accounts/new/", users.open_account, name="account_new"),
    path("accounts/<uuid:uid>/", users.account, name="account"),
    path("accounts/<uuid:uid>/password/", users.password, name="password"),
    path("accounts/<uuid:uid>/closure/", users.closure, name="closure"),
    path("accounts/<uuid:uid>/posts/", users.posts, name="posts"),
    path("posts/<uuid:uid>/end/", users.post_end, name="post_end"),
]
