from django.urls import path

from guanai.people.views import imports

app_name = "imports"
ONE = "<uuid:uid>/"
urlpatterns = [
    path("", imports.index, name="index"),
    path(ONE, imports.detail, name="detail"),
    path(ONE + "rows/<int:number>/", imports.row, name="row"),
    path(ONE + "rows/<int:number>/likeness/<int:candidate>/", imports.likeness, name="likeness"),
    path(ONE + "acceptance/", imports.acceptance, name="acceptance"),
    path(ONE + "tables/<int:number>/", imports.table, name="table"),
    path(ONE + "confirmation/", imports.confirmation, name="confirmation"),
    path(ONE + "cancellation/", imports.cancellation, name="cancellation"),
    path(ONE + "undoing/", imports.undoing, name="undoing"),
    path(ONE + "rejected/", imports.rejected_rows, name="rejected"),
]
