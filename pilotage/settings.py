"""All settings, in one module. Values come from ``PILOTAGE_*`` variables; see docs/settings.md."""

from __future__ import annotations

import json
from pathlib import Path

from csp.constants import NONE, SELF

from pilotage.core import env

PACKAGE_DIR = Path(__file__).resolve().parent
DATA_DIR = env.envpath("PILOTAGE_DATA_DIR", Path.cwd() / "var")
env.make_folder("PILOTAGE_DATA_DIR", DATA_DIR)  # SQLite makes its file, but not the folder around it

# --- the demonstration ---------------------------------------------------------------------
# `pilotage demo` writes demo.json into the data directory: the site then says on every page that
# its data are fictional, and the programme's clock stands in the demonstration's year.
_demo_file = DATA_DIR / "demo.json"
_demo = json.loads(_demo_file.read_text(encoding="utf-8")) if _demo_file.is_file() else {}
DEMO = bool(_demo)
CLOCK_OFFSET_SECONDS: float = float(_demo.get("clock_offset_seconds", 0))

# --- safety --------------------------------------------------------------------------------
DEBUG = env.envbool("PILOTAGE_DEBUG", False)
_secret_file = DATA_DIR / "secret-key"
SECRET_KEY = env.envstr("PILOTAGE_SECRET_KEY") or (_secret_file.read_text().strip() if _secret_file.is_file() else "")
SECRET_KEY_IS_EPHEMERAL = not SECRET_KEY
if SECRET_KEY_IS_EPHEMERAL:
    import secrets

    SECRET_KEY = secrets.token_urlsafe(64)
ALLOWED_HOSTS = env.envlist("PILOTAGE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.envstr("PILOTAGE_BASE_URL", "http://localhost:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.envbool("PILOTAGE_BEHIND_PROXY", False) else None
TRUSTED_PROXIES = env.networks("PILOTAGE_TRUSTED_PROXIES", env.envlist("PILOTAGE_TRUSTED_PROXIES", []))
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "pilotage.web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- the house -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "csp",
    "django_htmx",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "pilotage.audit",
    "pilotage.registry",
    "pilotage.accounts",
    "pilotage.plan",
    "pilotage.calls",
    "pilotage.statistics",
    "pilotage.review",
    "pilotage.directory",
    "pilotage.publications",
    "pilotage.finance",
    "pilotage.reports",
    "pilotage.messages",
    "pilotage.api",
    "pilotage.web",
    "pilotage.console",
]
MIDDLEWARE = [
    "pilotage.web.forwarded.ForwardedAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pilotage.web.public_cache.PublicCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pilotage.web.middleware.ReasonMiddleware",
]
ROOT_URLCONF = "pilotage.urls"
WSGI_APPLICATION = "pilotage.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "web" / "templates", *sorted(PACKAGE_DIR.glob("web/*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pilotage.web.context.site",
            ],
            "builtins": [
                "pilotage.web.templatetags.pilotage",
                "pilotage.web.templatetags.linked_data",
                "template_partials.templatetags.partials",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- data ----------------------------------------------------------------------------------
# WAL, FULL and IMMEDIATE: an acknowledged write is on the disk, and writers queue instead of failing.
SQLITE_OPTIONS: dict[str, object] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
        "PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
    ),
}
DATABASE_URL = env.envstr("PILOTAGE_DATABASE_URL", f"sqlite:///{DATA_DIR / 'pilotage.sqlite3'}")
DATABASES = {"default": env.database(DATABASE_URL, SQLITE_OPTIONS)}
MEDIA_ROOT = env.envpath("PILOTAGE_MEDIA_ROOT", DATA_DIR / "media")
MEDIA_URL = "/media/"  # never routed: attachments leave only through the view that checks the rule
STATIC_URL = "/static/"
STATIC_ROOT = env.envpath("PILOTAGE_STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [PACKAGE_DIR / "web" / "static"]
STORAGES = {
    "default": env.storage(env.envstr("PILOTAGE_STORAGE_URL")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or not STATIC_ROOT.is_dir()
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
ATTACHMENT_MAX_BYTES = env.envint("PILOTAGE_ATTACHMENT_MAX_MB", 20) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_PERMISSIONS = 0o640
# In the database, because sign-in limits and used one-time codes must count for all web processes together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "pilotage_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
FONT_DIR = env.envpath("PILOTAGE_FONT_DIR", Path()) if env.envstr("PILOTAGE_FONT_DIR") else None
RECEIPT_KEY = env.envstr("PILOTAGE_RECEIPT_KEY")
CERTIFICATE_KEY = env.envstr("PILOTAGE_CERTIFICATE_KEY")
CLAMAV = env.envstr("PILOTAGE_CLAMAV")
AUTOSAVES_SHED_ABOVE = env.envint("PILOTAGE_AUTOSAVES_SHED_ABOVE", 5)  # of the 8 requests `pilotage serve` takes up at once
UPLOAD_DIR = env.envpath("PILOTAGE_UPLOAD_DIR", DATA_DIR / "uploads")
AUDIT_HASH = env.envstr("PILOTAGE_AUDIT_HASH", "sha256")
# under which terms, and by whom (Chinese|English), open data are given; the terms as in the SPDX list
OPEN_DATA_LICENCE = env.envchoice("PILOTAGE_OPEN_DATA_LICENCE", ("CC-BY-4.0", "CC0-1.0", "ODC-By-1.0", "PDDL-1.0"))
OPEN_DATA_PUBLISHER = env.envstr("PILOTAGE_OPEN_DATA_PUBLISHER", "领航|Pilotage")
MAP_FILE = env.envpath("PILOTAGE_MAP_FILE", Path()) if env.envstr("PILOTAGE_MAP_FILE") else None
MAP_SOURCE = env.envstr("PILOTAGE_MAP_SOURCE")
MAP_APPROVAL = env.envstr("PILOTAGE_MAP_APPROVAL")
PLAN_DIR = env.envpath("PILOTAGE_PLAN_DIR", Path.cwd() / "plans" / "industrial-internet-2023")

# --- people --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.envbool("PILOTAGE_VERIFY_EMAIL", not DEMO) else "optional"
ACCOUNT_ADAPTER = "pilotage.accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True  # no question: a session lasts SESSION_COOKIE_AGE
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_ONLY = False
# Whatever asks for an e-mail gets a row in the outbox; EMAIL_TRANSPORT takes the rows away. A demonstration writes files.
EMAIL_BACKEND = "pilotage.messages.backend.OutboxBackend"
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
_transport = env.envstr("PILOTAGE_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend" if DEMO else _transport
EMAIL_TIMEOUT = 20
EMAIL_HOST = env.envstr("PILOTAGE_EMAIL_HOST", "localhost")
EMAIL_PORT = env.envint("PILOTAGE_EMAIL_PORT", 25)
EMAIL_HOST_USER = env.envstr("PILOTAGE_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.envstr("PILOTAGE_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.envbool("PILOTAGE_EMAIL_TLS", False)
DEFAULT_FROM_EMAIL = env.envstr("PILOTAGE_EMAIL_FROM", "pilotage@localhost")
DIGEST_HOUR = env.envint("PILOTAGE_DIGEST_HOUR", 8)

# --- language and time ---------------------------------------------------------------------
LANGUAGE_CODE = env.envstr("PILOTAGE_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
# core and the rooms of pages are no Django apps; the other rooms' catalogues are found by themselves
LOCALE_PATHS = [PACKAGE_DIR / "core" / "locale", *sorted(PACKAGE_DIR.glob("web/*/locale"))]
TIME_ZONE = env.envstr("PILOTAGE_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.envstr("PILOTAGE_LOG_LEVEL", "WARNING")},
}
