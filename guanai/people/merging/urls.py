from django.urls import path

from guanai.people.merging import views

urlpatterns = [
    path("duplicates/", views.index, name="duplicates"),
    path("duplicates/<uuid:uid>/", views.detail, name="duplicate"),
    path("merges/<uuid:uid>/", views.undo, name="merge"),
]
