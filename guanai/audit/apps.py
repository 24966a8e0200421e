from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "guanai.audit"
    label = "audit"

    def ready(self) -> None:
        from guanai.core.registries import Room, mornings, rooms

        rooms.add(
            Room(
                "audit",
                _("Audit"),
                "audit:log",
                lambda user: user.has_perm("audit.view_entry"),
                _("Who did what, who looked at minors' files, who was refused"),
                rank=90,
            )
        )
        mornings.add(seal_log)
        mornings.add(end_rotation)


def seal_log() -> None:
    from guanai.audit.sealing import seal_all

    seal_all()


def end_rotation() -> None:
    """One of the county's key that was stopped."""
    from guanai.audit.rotation import rotate

    rotate()
