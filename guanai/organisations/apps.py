from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "guanai.organisations"
    label = "organisations"
