from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanai.core.broken import RuleBroken
from guanai.core.command import Command as BaseCommand
from guanai.core.command import migrate_all
from guanai.organisations.models import Place, Post
from guanai.people.demo import CODE, PASSWORD

SHOWN = ("minzheng", "fulian", "qingxi", "gekui", "qxzx", "banzhuren", "daili", "lingdao",
         "xitong", "anquan", "shenji")  # fmt: skip


class Command(BaseCommand):
    help = gettext_lazy("Fill an empty home with the fictional county 云岭县.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--places-only",
            action="store_true",
            help=_("places, organisations and accounts, but no people"),
        )
        parser.add_argument(
            "--accounts", action="store_true", help=_("only list an account of each role")
        )

    def handle(self, *, places_only: bool, accounts: bool, **_options: Any) -> None:
        if accounts:
            self.accounts()
            return
        settings.HOME.begin("demo", county=CODE, prefix="YL")
        migrate_all()
        if Place.objects.exists():
            raise RuleBroken("demo.twice", _("This home is filled already."))
        self.fill(places_only=places_only)

    def fill(self, *, places_only: bool) -> None:
        from guanai.people.demo.filling import fill_county, fill_people
        from guanai.people.evaluating import evaluate_all

        with transaction.atomic():
            county = fill_county()
            people = 0 if places_only else fill_people(county)
        evaluate_all()
        self.say(
            _("云岭县: %(places)d places, %(accounts)d accounts, %(people)d people.")
            % {"places": len(county.places), "accounts": len(county.users), "people": people}
        )

    def accounts(self) -> None:
        """One account of each role."""
        self.say(_("Accounts of the demo, all with the password %s:") % PASSWORD)
        posts = Post.objects.filter(user__username__in=SHOWN).select_related("user", "organisation")
        for post in sorted(posts, key=lambda post: SHOWN.index(post.user.username)):
            role = post.get_role_display()
            self.say(f"  {post.user.username:<11} {role} · {post.organisation} · {post.title}")
