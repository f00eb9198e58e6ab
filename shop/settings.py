"""Settings, all from the environment; ``.env`` beside manage.py is read when it is there.

Loud about what is missing: without ``DEMO=1`` or ``DEBUG=1`` the keys, hosts and the public address must
be set. Dangerous combinations are system checks (``shop.checks``).
"""

import hashlib
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from shop.logs import configure_structlog, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
# The demo: sample customers with published secrets, return addresses on the loopback. Never in production.
DEMO = env.bool("DEMO", default=False)
RELAXED = DEBUG or DEMO


def _demo_key(purpose: str) -> str:
    """A key for the demo only: stable on one machine, so that a restart keeps its sessions."""
    return hashlib.sha256(f"{purpose}:{BASE_DIR}".encode()).hexdigest()


SECRET_KEY = env.str("SECRET_KEY", default=_demo_key("secret")) if RELAXED else env.str("SECRET_KEY")
# Keys that seal secrets we must be able to send or compare, newest first (see customers.sealing).
SEALING_KEYS = (
    env.list("SEALING_KEYS", default=[_demo_key("sealing")]) if RELAXED else env.list("SEALING_KEYS")
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"]) if RELAXED else env.list("ALLOWED_HOSTS")
# Where the shop is reached from outside, for addresses in messages: https://shop.example.
# In the demo an empty value means "the host of the request".
PUBLIC_URL = (env.str("PUBLIC_URL", default="") if RELAXED else env.str("PUBLIC_URL")).rstrip("/")
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
# The header in which that proxy hands over the client's certificate (punchout.client_access).
CLIENT_CERTIFICATE_HEADER = env.str("CLIENT_CERTIFICATE_HEADER", default="")

INSTALLED_APPS = [
    "shop.admin_config.OperationsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "django_htmx",
    "csp",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "django_tasks",
    "django_tasks_db",
    "customers",
    "catalog",
    "shop",
    "punchout",
    "trading",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "shop.middleware.FramingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shop.middleware.ShoppingMiddleware",
    "shop.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "shop.urls"
# What is reachable below /s/<key>/, inside one buyer's session: the storefront, never admin or endpoints.
SESSION_URLCONF = "shop.session_urls"
WSGI_APPLICATION = "shop.wsgi.application"
# A redirect for a missing slash would lose the body of a POST, so both spellings are routed instead.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.shopping",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'shop.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # With IMMEDIATE and WAL concurrent writers wait for each other instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-65536; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;",
    }
    VAR_DIR.mkdir(exist_ok=True)
else:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": env.int("DATABASE_POOL_MIN", default=2),
        "max_size": env.int("DATABASE_POOL_MAX", default=10),
        "timeout": 10,
    }
    # What launches wait for is planned once per connection (catalog.prepared); off behind a pooler
    # that does not know prepared statements.
    if env.bool("DATABASE_PREPARED", default=True):
        DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SEARCH_INDEX_DIR = Path(env.str("SEARCH_INDEX_DIR", default=str(VAR_DIR / "search")))
# The official cXML DTDs, one folder a version; when set, everything cXML that we send is validated.
CXML_DTD_DIR = env.str("CXML_DTD_DIR", default="")
# The largest message a protocol endpoint reads, in bytes.
MESSAGE_LIMIT = env.int("MESSAGE_LIMIT", default=2 * 1024 * 1024)
# Wrong credentials that are heard from one address for one connection within five minutes.
MOST_FAILED_ATTEMPTS = env.int("MOST_FAILED_ATTEMPTS", default=1000 if DEMO else 100)
# How long messages and sessions are kept where a connection says nothing else (punchout.retention).
RETENTION_DAYS = env.int("RETENTION_DAYS", default=180)
# The sandbox plays the buyers' systems; off in production unless switched on for staff.
SANDBOX = env.bool("SANDBOX", default=RELAXED)
# The supplier as buyers know it, for To and From in cXML.
SUPPLIER_NAME = env.str("SUPPLIER_NAME", default="Voltara Electrical Supply" if RELAXED else "")
SUPPLIER_EMAIL = env.str("SUPPLIER_EMAIL", default="punchout@voltara.example" if RELAXED else "")

# Who is told of orders that buyers place in the shop; the letters before their numbers (trading.numbers).
ORDERS_NOTICE_TO = [
    address.strip()
    for address in env.list("ORDERS_NOTICE_TO", default=["orders@voltara.example"] if RELAXED else [])
    if address.strip()
]
ORDER_NUMBER_PREFIX = env.str("ORDER_NUMBER_PREFIX", default="W")
# The mail server: smtp+tls://user:password@mail.example:587. The demo's e-mails are printed by its worker.
vars().update(env.email_url("EMAIL_URL", default="consolemail://" if RELAXED else "smtp://localhost:25"))
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=SUPPLIER_EMAIL or "webmaster@localhost")

# Files that are being imported, and pictures and documents of articles that the shop keeps itself.
IMPORT_DIR = Path(env.str("IMPORT_DIR", default=str(VAR_DIR / "imports")))
# Where systems of one's own put files that scheduled imports take; nothing outside it is ever opened.
IMPORT_FOLDER = Path(env.str("IMPORT_FOLDER", default=str(VAR_DIR / "incoming")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
MEDIA_URL = "/media/"
# Files for customers, until they expire; and how often an hour each link may be fetched.
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(VAR_DIR / "exports")))
EXPORT_DOWNLOADS_PER_HOUR = env.int("EXPORT_DOWNLOADS_PER_HOUR", default=30)
# Background work stands in the database and is done by manage.py db_worker; "immediate" does it at once.
TASKS = {
    "default": {
        "BACKEND": {
            "database": "django_tasks_db.DatabaseBackend",
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
        }[env.str("TASKS", default="database")]
    }
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# How the index follows changes: "background" in a thread after the commit, "off" (a process of its own runs
# search_index --follow), or "inline": the next search of this process follows first (for tests).
SEARCH_FOLLOW = env.str("SEARCH_FOLLOW", default="background")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_VERBOSE = False  # it greets at every start
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "customers.senders.remote_address"
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch")), ("fr", _("French")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Brussels")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Admin and sign-in cookies are never sent from a frame; buyers' sessions have a cookie of their own
# (punchout.embedding), scoped to the path of their session.
SESSION_COOKIE_NAME = "shop_admin"
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = not RELAXED
CSRF_COOKIE_SECURE = not RELAXED
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "shop.views.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
# same-origin and not no-referrer: the latter makes browsers send "Origin: null", which CSRF must refuse.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # a return form may target a window the buyer's system opened
# Protocol endpoints must fail over http, not redirect, so the proxy enforces https (docs/deployment.md).
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0 if RELAXED else 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # framing is decided per response by shop.middleware.FramingMiddleware
    "security.W008",  # see SECURE_SSL_REDIRECT above
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "https:", "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = MESSAGE_LIMIT
# A cart page of 500 lines stays below this; only the sandbox receives OCI carts, and reads them itself.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# The web services below /api/v1/ (catalog.api). Nothing is allowed that a view did not ask for.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)
# Whole article and price files, for each key.
API_EXPORTS_PER_HOUR = env.int("API_EXPORTS_PER_HOUR", default=60)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["catalog.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["catalog.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["catalog.api.throttling.PerKey"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "catalog.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SUPPLIER_NAME or 'Webshop'}: articles, prices and stock",
    "DESCRIPTION": "Web services for customers: one API key, one customer, that customer's net prices.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["catalog.api.schema.only_ours"],
    "POSTPROCESSING_HOOKS": ["catalog.api.schema.complete"],
    "SORT_OPERATION_PARAMETERS": False,
}

DJANGO_STRUCTLOG_USER_ID_FIELD = None
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if RELAXED else "json")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = logging_config(LOG_FORMAT, LOG_LEVEL)
configure_structlog()
