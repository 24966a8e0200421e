"""What every answer must say in its headers, whoever asked for whatever."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message

from config import settings

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
POLICY = {
    "default-src": "'none'",
    "object-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
# A block of JSON is data: no browser runs it, and the policy does not speak of it.
INLINE = re.compile(
    r"<style|<script(?![^>]*(\bsrc=|type=\"application/json\"))|\sstyle=|\son[a-z]+=|javascript:",
    re.IGNORECASE,
)


def faults(
    headers: Mapping[str, str] | Message, *, signed_in: bool, tls: bool = False
) -> list[str]:
    """What is wrong with an answer's headers; `headers` finds names in any case."""
    wrong = [name for name, value in ALWAYS.items() if headers.get(name) != value]
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    parts = (
        part.strip().partition(" ")
        for part in headers.get("Content-Security-Policy", "").split(";")
    )
    if {name: sources for name, _space, sources in parts} != POLICY:
        wrong.append("Content-Security-Policy")
    if signed_in and headers.get("Cache-Control") != "private, no-store":
        wrong.append("Cache-Control")
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/") and "utf-8" not in kind:
        wrong.append(f"Content-Type {kind}")
    if tls and headers.get("Strict-Transport-Security") != HSTS:
        wrong.append("Strict-Transport-Security")
    if re.search(r"\d", headers.get("Server", "")) or "X-Powered-By" in headers:
        wrong.append("Server")
    return wrong


def cookie_faults(cookies: list[str], *, tls: bool) -> list[str]:
    """What is wrong with Set-Cookie lines: ours reach no script, no other site, no plain http."""
    wrong = []
    for line in cookies:
        name, *facts = (part.strip().lower() for part in line.split(";"))
        needed = {"httponly", "samesite=lax", "path=/"} | ({"secure"} if tls else set())
        if needed - set(facts) or (tls and not name.startswith("__host-")):
            wrong.append(line)
    return wrong


assert settings.MESSAGE_STORAGE.endswith("SessionStorage"), "names of people travel in no cookie"
