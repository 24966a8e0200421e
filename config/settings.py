"""All settings of Guanai. Every variable of the environment is read here, typed, and fails loudly.

GUANAI_HOME   folder of database, keys and files (default: var/ beside the code)
DATABASE_URL  postgresql://… moves the database there (default: SQLite in the home)
GUANAI_ADDRESS  address of the pages in printed codes, such as http://10.0.0.5:8000
GUANAI_DEBUG  1 shows tracebacks in the browser; for developers only
GUANAI_HTTPS  1 when a proxy in front serves https; cookies then travel encrypted only
GUANAI_PROXIES  how many proxies in front write X-Forwarded-For (default: 1 with GUANAI_HTTPS)
GUANAI_IDLE_OFFICE, GUANAI_IDLE_FIELD  minutes without use after which administrators and county
              offices (30), and all others (720), are signed out
GUANAI_STAY_OFFICE, GUANAI_STAY_FIELD  hours after which they sign in anew (12 and 168)
GUANAI_HOSTS  host names under which the pages are served, with commas (default: loopback, and
              those of the certificate when `guanai serve` serves https itself)
GUANAI_AUDIT_MONTHS  how long rows of the log are kept beyond what they are about (36; 6 or more)
GUANAI_TLS    1, and
GUANAI_PLAIN  a port, are told by `guanai serve` to the pages that it starts
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from guanai.core.home import Home


def flag(name: str) -> bool:
    value = os.environ.get(name, "0")
    if value not in {"0", "1"}:
        raise ValueError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def number(name: str, default: int, least: int = 0) -> int:
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit()):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    if int(value) < least:
        raise ValueError(f"{name} must be {least} or more")
    return int(value)


BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Home(Path(os.environ.get("GUANAI_HOME") or BASE_DIR / "var").resolve())
DEBUG = flag("GUANAI_DEBUG")
PROXIED = flag("GUANAI_HTTPS")
HTTPS = PROXIED or flag("GUANAI_TLS")
PLAIN_PORT = int(os.environ.get("GUANAI_PLAIN") or 0)  # http, of the page about trust; 0: none
SECRET_KEY = HOME.secret("session.key").hex()
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("GUANAI_HOSTS", "").split(",")),
    "127.0.0.1",
    "localhost",
    "[::1]",
]

INSTALLED_APPS = [
    "guanai.core",
    "guanai.audit",
    "guanai.organisations",
    "guanai.people",
    "guanai.privacy",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "guanai.core.web.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guanai.organisations.gate.GateMiddleware",
    "guanai.core.web.RuleBrokenMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guanai.core.web.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    },
]

SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # 32 MB of cache for a web worker (memory bar 200 MB); the import widens its own.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
        # Whoever commits when the WAL is this long copies it into the file. An import does so
        # earlier (people.importing.work): else the next small save would pay for it.
        "PRAGMA wal_autocheckpoint=30000;",
    },
}
if os.environ.get("DATABASE_URL"):
    DATABASES: dict[str, Any] = {"default": dj_database_url.config(conn_max_age=600)}
else:
    DATABASES = {
        "default": {**SQLITE, "NAME": HOME.path / "guanai.sqlite3"},
        # Reading a minor's file is logged; the log never waits for a writer of the main file.
        "reads": {**SQLITE, "NAME": HOME.path / "reads.sqlite3"},
    }
DATABASE_ROUTERS = ["guanai.audit.router.ReadLogRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "guanai.organisations.permissions.PostBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [{"NAME": "guanai.organisations.accounts.OwnWords"}]
PASSWORD_HASHERS = [
    "guanai.organisations.accounts.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of 0.1.0; hashed anew at sign-in
]
ACCOUNT_ADAPTER = "guanai.organisations.accounts.Accounts"
# Guessing is slowed by organisations.attempts: these limits of allauth could lock others out.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
ALLAUTH_TRUSTED_PROXY_COUNT = number("GUANAI_PROXIES", int(PROXIED))
RECENT = ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # s for which a password counts as just given
MFA_ADAPTER = "guanai.organisations.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {"authenticate": "guanai.organisations.accounts.CodeForm"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": None}  # there is nothing to guess in a signature
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser: computers are shared
CSRF_FAILURE_VIEW = "guanai.core.views.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "guanai.organisations.sessions"
# Seconds without use and seconds in all, by whether the account reaches a whole county.
SESSION_LIMITS = {
    True: (number("GUANAI_IDLE_OFFICE", 30) * 60, number("GUANAI_STAY_OFFICE", 12) * 3600),
    False: (number("GUANAI_IDLE_FIELD", 720) * 60, number("GUANAI_STAY_FIELD", 168) * 3600),
}
# A cookie of this name is from this very host, encrypted, for all paths (RFC 6265bis, 4.1.3.2).
OWN = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{OWN}sessionid"
CSRF_COOKIE_NAME = f"{OWN}csrftoken"
LANGUAGE_COOKIE_NAME = f"{OWN}language"
TEXT_COOKIE_NAME = f"{OWN}text"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # names in no cookie
DEVICE_COOKIE_NAME = f"{OWN}device"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_REFERRER_POLICY = "same-origin"
if PROXIED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# `check --deploy` asks for https, which a PC that serves only itself has not: GUANAI_HTTPS turns
# these on. Preload lists are for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if not HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our own layout of fields

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME.path / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 << 20  # a roster of usual size never lies open on the disk
FILE_UPLOAD_TEMP_DIR = HOME.uploads  # and a bigger one under the owner's eyes only
HOME.uploads.mkdir(mode=0o700, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
REQUEST_MOST = 110 << 20  # bytes; an import takes 100 MB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# What the two-letter county prefix, office name and so on mean is in the home; see core.home.
PAGE_ROWS = 50
COUNT_CAP = 10_000  # beyond it a list says “more than” instead of counting on
# Rows of the log that belong to nothing that still stands: 个人信息保护法 art. 56 asks for three
# years, 网络安全法 for six months at least.
AUDIT_MONTHS = number("GUANAI_AUDIT_MONTHS", 36, least=6)
SMALL_CELL = 5  # figures below it are not shown to those who see no names
UNDO_DAYS = 7
EMERGENCY_HOURS = 24  # for which a file opened in an emergency stays open
# Where phones find these pages, for the codes on contact cards; empty: as the browser names it.
ADDRESS = os.environ.get("GUANAI_ADDRESS", "")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "guanai.core.logs.Impersonal",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # SQL with its parameters would carry names into the log.
    "loggers": {"django.db.backends": {"handlers": [], "level": "CRITICAL", "propagate": False}},
}
TITLE = _("Guanai")
