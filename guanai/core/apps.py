"""The ground floor: home, keys, scoped reading, documents, page parts."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "guanai.core"
    label = "core"
