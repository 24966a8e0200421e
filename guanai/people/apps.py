from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "guanai.people"
    label = "people"
