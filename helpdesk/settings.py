"""Settings. Everything a shop may change comes from the environment or from `.env`."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from helpdesk import logs, redact
from helpdesk.secret import Env, secret_key

ROOT = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(str(ROOT / ".env"))

# -- where it is -------------------------------------------------------------------------------

# Data, key and collected styles. Empty: `var` beside `manage.py`.
VAR = Path(env.str("HELPDESK_VAR", default="") or ROOT / "var")
DEBUG = env.bool("DEBUG", default=False)  # never on a network
# The address people use. With https cookies are secure and http is redirected.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
# What cookies and links are signed with. Empty: made once, kept as `secret_key` in HELPDESK_VAR.
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(VAR)
# Keys from before, with commas between: what was signed or encrypted by them still holds.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# postgres://user:password@host/name. Empty: SQLite, a file in HELPDESK_VAR.
DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR / 'helpdesk.sqlite3'}"
# redis://:password@host:6379/0. Empty: cache and broker are the database and a folder.
REDIS_URL = env.str("REDIS_URL", default="")

_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"
# More names it answers to than that of PUBLIC_URL and localhost.
ALLOWED_HOSTS = [
    host
    for host in (_public.hostname, "127.0.0.1", "localhost", *env.list("ALLOWED_HOSTS", default=[]))
    if host
]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
# Only a proxy that overwrites the header may be believed, so somebody has to say there is one.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # or log-in limits would count everybody as the proxy

# -- what it is made of ------------------------------------------------------------------------

INSTALLED_APPS = [
    "helpdesk",  # first: its flush and its templates win
    "tickets",
    "policies",
    "billing",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "csp",
    "django_htmx",
    "template_partials",
    "heroicons",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "helpdesk.logs.RequestLog",
    "helpdesk.web.middleware.BellMiddleware",  # outside of all that writes, sessions included
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helpdesk.web.middleware.ShopMiddleware",
    "helpdesk.web.setup.audit.AuditMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helpdesk.web.shell.context",
            ],
        },
    },
]

# -- where it keeps things ---------------------------------------------------------------------

DATABASES = {"default": env.config("DATABASE_URL", env.db_url_config, DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
    DATABASES["default"] |= {
        "OPTIONS": {
            # A write lock from the start: a transaction that upgrades later fails at once instead.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: with NORMAL a power cut may take back a commit whose letter has left.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        # A file: in memory there is one connection, and no race to test. One for each process.
        "TEST": {"NAME": str(ROOT / ".cache" / f"test-{os.getpid()}.sqlite3")},
    }
    if "PYTEST_VERSION" in os.environ:
        (ROOT / ".cache").mkdir(exist_ok=True)
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Log-in limits count in the cache, so it has to be one for all processes.
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    ),
    # Requests of programs are counted for each process where there is no Redis: a write for every
    # read would cost more than it protects.
    "rates": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "rates"}
    ),
}

STATIC_URL = "/static/"
# Where `collectstatic` puts styles. Empty: `static` in HELPDESK_VAR.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or VAR / "static")
_storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if DEBUG or "PYTEST_VERSION" in os.environ:  # nothing is collected there
    _storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = False
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
WHITENOISE_MANIFEST_STRICT = False  # a page without its style beats a page that is an error
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _storage},
    # Outside of what the web server serves, and readable by us alone.
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR / "attachments",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
MEDIA_ROOT = VAR / "media"

# -- language and time -------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [ROOT / "helpdesk" / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"  # pages are shown in the shop's own zone, see helpdesk.web.middleware
USE_TZ = True

# -- who may come in ---------------------------------------------------------------------------

AUTH_USER_MODEL = "tickets.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
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
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "helpdesk.web.accounts.Adapter"
ACCOUNT_FORMS = {"login": "helpdesk.web.accounts.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_PRESERVE_USERNAME_CASING = False  # it is kept in small letters
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by the owner, not by a stranger
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
MFA_ADAPTER = "helpdesk.web.accounts.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account is somebody's because the owner says so
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
# A browser takes a passkey over plain HTTP on its own machine only, and so do we.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or PUBLIC_URL.startswith("http://localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["helpdesk.api.access.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["helpdesk.api.access.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.api.strict.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "helpdesk.api.described.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["helpdesk.api.limits.TokenRate"],
    # For each token; 429 and Retry-After beyond it.
    "DEFAULT_THROTTLE_RATES": {"token": env.str("API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "helpdesk.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpdesk",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False},
    # The document is drawn anew for each who asks; nothing in it depends on them.
    "SERVE_AUTHENTICATION": None,
    "ENUM_NAME_OVERRIDES": {
        "ContactKind": "tickets.models.work.Kind",
        "TicketStatus": "tickets.models.Ticket.Status",
        "InteractionStatus": "tickets.models.Interaction.Status",
        "Direction": "tickets.models.Interaction.Direction",
        "CallDirection": ["in", "out"],
        "CallStatus": "tickets.models.Call.Status",
        "PromiseStatus": "policies.models.Promise.Status",
        "PromiseKind": "policies.models.Promise.Kind",
        "FollowUpStatus": "policies.models.FollowUp.Status",
        "PromiseEnding": "helpdesk.api.v1.promises.ENDINGS",
        "QuoteAccepted": "policies.models.Quote.Accepted",
        "QuoteHeard": "policies.models.Quote.HEARD",
        "DeliveryStatus": "helpdesk.models.WebhookDelivery.Status",
        "CustomerKind": "tickets.models.Customer.Kind",
        "ContactPointKind": "tickets.models.ContactPoint.Kind",
    },
}
KNOX_TOKEN_MODEL = "helpdesk.ApiToken"
# Its migrations make the table of tokens that ours replace, and PostgreSQL refuses to flush then.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None, "TOKEN_MODEL": "helpdesk.ApiToken"}

# -- what reaches us, and what leaves -------------------------------------------------------------

# smtp://, smtp+tls:// (STARTTLS) or smtp+ssl://user:password@host:port; empty: no mail leaves.
EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(env.config("EMAIL_URL", env.email_url_config, EMAIL_URL or "consolemail://"))
EMAIL_TIMEOUT = 30  # seconds, of silence
# Where mail comes from, if not from the shop's official address.
MAIL_FROM = env.str("MAIL_FROM", default="")
MAIL_HOST = _public.hostname or "localhost"  # the right side of our Message-IDs
# An address with {token} in it that ends up in our mailbox: help+{token}@shop.example. Empty: the
# ticket is told by the Message-ID alone.
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", default="")
# imaps:// or imap://user:password@host:port/folder; empty: mail comes by `receive_mail` or not.
IMAP_URL = env.str("IMAP_URL", default="")
# The name our own mail server signs its Authentication-Results with; empty: believe nobody's.
TRUSTED_AUTHSERV_ID = env.str("TRUSTED_AUTHSERV_ID", default="")
LINK_SECONDS = 60 * 24 * 3600  # how long a link in a message to a customer opens

# Which gateway texts leave by; empty: the one that is set up.
SMS_CHANNEL = env.str("SMS_CHANNEL", default="")
SMS_SENDER = env.str("SMS_SENDER", default="")  # our number, as the gateway wants it
KANNEL_URL = env.str("KANNEL_URL", default="")  # the whole address of sendsms
KANNEL_USERNAME = env.str("KANNEL_USERNAME", default="")
KANNEL_PASSWORD = env.str("KANNEL_PASSWORD", default="")
KANNEL_SECRET = env.str("KANNEL_SECRET", default="")  # in the address it calls us at
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_MESSAGING_SERVICE = env.str("TWILIO_MESSAGING_SERVICE", default="")  # instead of a number
TWILIO_API_URL = env.str("TWILIO_API_URL", default="https://api.twilio.com")

# Programs in our own network that webhooks go to, by http too: host or host:port, commas between.
WEBHOOK_INSIDE = env.list("WEBHOOK_INSIDE", default=[])

# -- the clock ------------------------------------------------------------------------------------

TICK_SECONDS = env.int("TICK_SECONDS", default=30)  # how often what is due is looked for
FETCH_SECONDS = env.int("FETCH_SECONDS", default=60)  # how often the mailbox is read
# Longer than a task may take: what a dead worker held is free again after it.
LEASE_SECONDS = env.int("LEASE_SECONDS", default=300)
# After the first failure; three times as long after each further one, three hours at most.
RETRY_SECONDS = env.int("RETRY_SECONDS", default=60)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # for /metrics; empty: closed

_broker = VAR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # Redis hands out again what nobody acknowledged; our tasks end within two minutes.
        "visibility_timeout": 600,
        "unacked_restore_interval": 15,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        # Who rings does not wait for a broker that is away; workers and beat have their own loop.
        "max_retries": 0,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(_broker),
        "data_folder_out": str(_broker),
        "control_folder": str(VAR / "broker-control"),
        "polling_interval": 0.25,
    }
)
if not REDIS_URL:
    for _folder in (_broker, VAR / "broker-control"):
        _folder.mkdir(mode=0o700, parents=True, exist_ok=True)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# A line of their own: the clock must not wait behind what it has handed out.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"celery": {}, "clock": {}}
CELERY_TASK_ROUTES = {
    f"helpdesk.tasks.{name}": {"queue": "clock"} for name in ("tick", "look", "fetch")
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 90, 120
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# A bell that rang while every worker was down must not ring for each minute of it afterwards.
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "helpdesk.tasks.tick",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS * 0.9},
    },
    "fetch": {
        "task": "helpdesk.tasks.fetch",
        "schedule": FETCH_SECONDS,
        "options": {"expires": FETCH_SECONDS * 0.9},
    },
}
# In memory: these come round by themselves, and a file about them could only be stale or broken.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

# -- safety ------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
# Asked from inside a container, without a certificate.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# -- what is logged ------------------------------------------------------------------------------

# line: for people; json: one object a line, for programs.
LOG_FORMAT = env.str("LOG_FORMAT", default="line", choices=("line", "json"))
_SECRETS = [SECRET_KEY, *SECRET_KEY_FALLBACKS, *redact.secrets_of(env.ENVIRON)]
LOGGING = logs.configuration(LOG_FORMAT, _SECRETS)
