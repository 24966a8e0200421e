"""Before trust: the page that says how phones and PCs come to trust this server's certificate.

It is for everybody, over https and, on a port of its own, over plain http, since browsers inside
other programs (a messenger's scanner) refuse an unknown certificate without a way on. That port
gives away nothing else: it leads to https.
"""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6
from typing import Any

import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import validate_host
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanai.core.certificates import Served, der, fingerprint, host_in_url
from guanai.core.web import HEADERS

CERTIFICATE = "application/x-x509-ca-cert"  # what makes a phone offer to take it in
PLAIN_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
STYLES = ("core/tokens.css", "core/guanai.css", "core/shell.css", "core/print.css")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    host = request.get_host()
    address = f"https://{host}{request.path}"
    if settings.PLAIN_PORT:
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        address = f"http://{name}:{settings.PLAIN_PORT}{request.path}"
    return HttpResponse(written(_of_home(), address))


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    return HttpResponse(der(_of_home().authority), content_type=CERTIFICATE)


def _of_home() -> Served:
    served = Served.of_home(settings.HOME)
    if served is None:
        raise Http404
    return served


def written(served: Served, address: str = "") -> str:
    """The page, with a code that leads to its address when it is printed."""
    return render_to_string(
        "core/trust.html",
        {
            "fingerprint": fingerprint(served.authority),
            "title": served.authority.subject.rfc4514_string().removeprefix("CN="),
            "until": served.authority.not_valid_after_utc,
            "address": address,
            "code": address and segno.make(address).svg_data_uri(scale=4, border=0),
        },
    )


class Plain(ThreadingHTTPServer):
    """Answers http: the page, what it needs and the authority's certificate; else leads to https.

    Without `own` it leads to https only.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], served: Served, secure: int, *, own: bool) -> None:
        self.names, self.secure = served.names, secure
        self.answers: dict[str, tuple[str, bytes]] = {}
        if own:
            for style in STYLES:
                content = Path(str(finders.find(style))).read_bytes()
                self.answers[settings.STATIC_URL + style] = ("text/css; charset=utf-8", content)
            html = written(served).encode()
            self.answers[reverse("trust")] = ("text/html; charset=utf-8", html)
            self.answers[reverse("trust_authority")] = (CERTIFICATE, der(served.authority))
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        super().__init__(address, PlainAnswer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def lead(self, host: str, path: str) -> str:
        """The https address of what was asked for, under a name that the certificate has."""
        name = host.removesuffix(f":{self.server_port}").strip("[]")
        name = name if validate_host(name, list(map(host_in_url, self.names))) else self.names[0]
        return f"https://{host_in_url(name)}:{self.secure}{path}"


class PlainAnswer(BaseHTTPRequestHandler):
    timeout = 10  # seconds for a request to arrive
    server: Plain

    def do_GET(self) -> None:
        kind, content = self.server.answers.get(self.path.partition("?")[0], ("", b""))
        self.send_response(HTTPStatus.OK if kind else HTTPStatus.PERMANENT_REDIRECT)
        if kind:
            self.send_header("Content-Type", kind)
        else:
            self.send_header("Location", self.server.lead(self.headers["Host"] or "", self.path))
        for name, value in PLAIN_HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    do_HEAD = do_GET  # noqa: N815

    def version_string(self) -> str:
        return "guanai"

    def log_message(self, *_args: Any) -> None:
        """No log: addresses may be evidence."""
