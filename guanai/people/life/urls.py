from django.urls import path

from guanai.people.life import school_views, views

FILE = "<uuid:uid>/"
TRANSFER, SCHOOL, YEAR = (f"life/{name}/<uuid:uid>/" for name in ("transfers", "schools", "years"))
urlpatterns = [
    path("life/", views.index, name="life"),
    path("life/rules/", views.rules, name="life_rules"),
    path(TRANSFER, views.transfer, name="transfer"),
    path(TRANSFER + "record.<slug:kind>", views.transfer_paper, name="transfer_paper"),
    path(SCHOOL + "year/", school_views.begin, name="year_begin"),
    path(SCHOOL + "change/", school_views.change, name="school_change"),
    path(YEAR, school_views.year, name="year"),
    path(YEAR + "class/", school_views.year_class, name="year_class"),
    path(FILE + "move/", views.move, name="move"),
    path(FILE + "closing/", views.closing, name="closing"),
    path(FILE + "checklists/<int:age>/", views.checklist, name="checklist"),
    path(FILE + "ledgers/<slug:group>/end/", views.strike, name="strike"),
    path(FILE + "ledgers/<slug:group>/stay/", views.keep, name="keep"),
]
