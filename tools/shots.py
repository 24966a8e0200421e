"""Pictures of pages as a user sees them, at phone and desk width, from the home in GUANAI_HOME.

python -m tools.shots --as USER [--out DIR] [--language en] [--large] [--print] PATH…
"""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from guanai.organisations.models import User


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.shots", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument(
        "--as", dest="user", default="", help="username; nobody is signed in without"
    )
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--width", type=int, action="append", help="default: 360 and 1440")
    parser.add_argument("--language", default="zh-hans")
    parser.add_argument("--large", action="store_true", help="large text")
    parser.add_argument("--print", action="store_true", help="as printed, a PDF of A4")
    parser.add_argument("--window", action="store_true", help="the window only, not the whole page")
    return parser.parse_args()


def serve() -> str:
    """The pages on a free port of loopback, until this process ends."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def take(
    context: BrowserContext, url: str, paths: list[str], to: Path, chosen: argparse.Namespace
) -> None:
    page = context.new_page()
    for path in paths:
        answer = page.goto(url + path)
        width = page.viewport_size["width"] if page.viewport_size else 0
        name = path.strip("/").replace("/", "-").replace("?", "-") or "home"
        file = to / f"{name}-{width}.png"
        if chosen.print:
            page.pdf(path=file.with_suffix(".pdf"), format="A4", prefer_css_page_size=True)
        else:
            page.screenshot(path=file, full_page=not chosen.window)
        wide = page.evaluate("document.documentElement.scrollWidth") - width
        print(file, answer.status if answer else "", f"{wide} px too wide" if wide > 0 else "")


def main() -> None:
    chosen = options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from guanai.core.catalogues import compile_stale

    compile_stale()
    django.setup()
    from guanai.organisations.models import User as Users
    from tools.chromium import DESK, PHONE, browser, window

    user: User | None = Users.objects.get(username=chosen.user) if chosen.user else None
    chosen.out.mkdir(parents=True, exist_ok=True)
    url = serve()
    with browser() as chromium:
        for width in chosen.width or (PHONE, DESK):
            context = window(chromium, url, user=user, width=width)
            cookies = {"language": chosen.language, **({"text": "large"} if chosen.large else {})}
            context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies.items()])
            take(context, url, chosen.paths, chosen.out, chosen)
            context.close()


if __name__ == "__main__":
    main()
