from django.urls import path

from guanai.people.rounds import views

files = [
    path("rounds/", views.index, name="rounds"),
    path("rounds/today/", views.today, name="round_today"),
    path("rounds/together/", views.together, name="round_together"),
    path("rounds/export/", views.export, name="round_export"),
    path("rounds/practice/", views.practice, name="practice"),
    path("rounds/confirmations/<uuid:uid>/", views.take_back, name="take_back"),
    path("<uuid:uid>/confirmation/", views.confirm, name="confirm"),
]
