from django.urls import path

from guanai.people.ledger import figures, taking, views

urlpatterns = [
    path("ledger/", views.home, name="ledgers"),
    path("ledger/views/<uuid:uid>/drop/", views.drop_view, name="drop_view"),
    path("ledger/forms/", taking.export_forms, name="export_forms"),
    path("ledger/forms/<slug:group>/<slug:code>/", taking.export_form, name="export_form"),
    path("ledger/forms/<slug:group>/<slug:code>/drop/", taking.drop_export_form,
         name="drop_export_form"),
    path("ledger/<slug:group>/", views.ledger, name="ledger"),
    path("ledger/<slug:group>/places/", views.places, name="ledger_places"),
    path("ledger/<slug:group>/views/", views.keep_view, name="keep_view"),
    path("ledger/<slug:group>/export/", taking.export, name="export"),
    path("ledger/<slug:group>/cards/", taking.cards, name="cards"),
    path("people/<uuid:uid>/card/", taking.card, name="card"),
    path("search/", views.search, name="search"),
    path("search/<slug:key>/", views.found, name="found"),
    path("figures/", figures.figures, name="figures"),
]  # fmt: skip
