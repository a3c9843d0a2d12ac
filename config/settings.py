"""One settings file: defaults run from a clone, offline; production differs by environment only.

Every variable is documented in docs/operating.md.
"""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import logs, security
from config.admin_theme import UNFOLD as UNFOLD  # read by unfold
from config.environment import Environment
from config.file_settings import picture_origin, storage

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# Everything the embedded profile writes lives in one folder: database, files, queue, secrets.
DATA_DIR = Path(env.str("HOUSESTYLE_DATA", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """From the environment, or made once and kept beside the database, readable by us alone."""
    given: str = env.str("HOUSESTYLE_SECRET_KEY", default="")
    if given:
        return given
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        from django.core.management.utils import get_random_secret_key

        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key())
    return kept.read_text()


SECRET_KEY = _secret_key()
DEBUG = env.bool("HOUSESTYLE_DEBUG", default=False)
ALLOWED_HOSTS = env.list("HOUSESTYLE_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("HOUSESTYLE_ORIGINS", default=[])
SITE_NAME = "Housestyle"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
    "ninja",
    "accounts",
    "stylepacks",
    "generation",
    "learn",
]

MIDDLEWARE = [
    "config.probes.ProbesMiddleware",
    "config.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.csp.HouseCSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "config.csp.ResourcePolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.HouseLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last of all: its page shows who is signed in. Nothing above reads a body.
    "config.body_limit.BodyLimitMiddleware",
    "config.limits.TooQuickMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

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
                "csp.context_processors.nonce",
                "accounts.context.allowance_meter",
                "config.languages.words_of_scripts",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------------
_database = env.url_with_password("DATABASE_URL", "DATABASE_PASSWORD")
DATABASES = {"default": env.db_url_config(_database or f"sqlite:///{DATA_DIR / 'housestyle.db'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers go on while a worker writes; IMMEDIATE takes the write lock at BEGIN, so
    # that two writers wait for each other instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Opening the file anew takes longer than most pages' queries.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    # A page waits five seconds for a connection, not thirty, and gets none that has died.
    _pool = {"min_size": 1, "max_size": 8, "timeout": 5}
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = _pool
    # A connection that hangs is tried again soon; by itself psycopg waits for 130 s.
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and progress: Redis when it is there, the database otherwise --------------------------
REDIS_URL = env.url_with_password("REDIS_URL", "REDIS_PASSWORD")
if REDIS_URL:
    # What is kept here can be made again: while Redis is away pages are slower, not broken.
    _quick = {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 2, "IGNORE_EXCEPTIONS": True}
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": _quick,
        }
    }
    DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Celery ------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "filesystem://localhost//")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TRACK_STARTED = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "house"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # Expires before the next one is due: behind a long render sweeps must not pile up.
    "sweep": {
        "task": "generation.sweep",
        "schedule": 5.0,
        "options": {"queue": "house", "expires": 5.0},
    },
    "count-popularity": {"task": "generation.count_popularity", "schedule": 600.0},
    "archive": {"task": "generation.archive", "schedule": 300.0, "options": {"expires": 300.0}},
}
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT = "config.folder_broker:Transport"
    _queue_dir = DATA_DIR / "queue"
    for _name in ("messages", "control"):
        (_queue_dir / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue_dir / "messages"),
        "data_folder_out": str(_queue_dir / "messages"),
        "control_folder": str(_queue_dir / "control"),
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 1800,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }

# --- Files -------------------------------------------------------------------------------------
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": storage(env),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static_files.HouseStaticFiles"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
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
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("HOUSESTYLE_EMAIL_VERIFICATION", default="optional")
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("HOUSESTYLE_FROM_EMAIL", default="Housestyle <hello@localhost>")
RATE_LIMITS = {
    name: env.str(f"HOUSESTYLE_LIMIT_{name.upper()}", default=usual)
    for name, usual in security.USUAL_LIMITS.items()
}

# Behind N proxies the visitor's address is the N-th from the right of X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("HOUSESTYLE_PROXIES", default=0)

DAILY_ALLOWANCE = env.int("HOUSESTYLE_DAILY_ALLOWANCE", default=40)
GUEST_ALLOWANCE = env.int("HOUSESTYLE_GUEST_ALLOWANCE", default=8)

# --- Rendering ---------------------------------------------------------------------------------
# OpenMP's threads spin while they wait, and on a shared machine they spin against each other:
# two images on two cores beside one busy process took 130 s spinning and 6.5 s sleeping. It is
# read once, when torch is first imported, which is always after these settings.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Not at once, though: a short spin first spares most of the wake-ups. On two idle cores a step
# takes 89 ms instead of 124; beside one busy process 270 instead of 170, and 450 at 10000.
os.environ.setdefault("GOMP_SPINCOUNT", "3000")
# Huge pages for tensors of 2 MiB and more, read likewise: decoding to 512 px takes 0.75 s of one
# core instead of 1.0, and a step 135 ms instead of 143, for 110 MiB more at the peak.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
RENDER_DEVICE = env.str("HOUSESTYLE_DEVICE", default="cpu")
RENDER_DEVICE_CLASS = env.str("HOUSESTYLE_DEVICE_CLASS", default=RENDER_DEVICE.split(":")[0])
RENDER_THREADS = env.int("HOUSESTYLE_THREADS", default=0)
RENDER_PRECISION = env.choice("HOUSESTYLE_PRECISION", "auto", "float32", "bfloat16")
KEPT_MODELS_BYTES = env.int("HOUSESTYLE_KEPT_MODELS_MIB", default=0) * 1024 * 1024
KEPT_LORAS_BYTES = env.int("HOUSESTYLE_KEPT_LORAS_MIB", default=2048) * 1024 * 1024
if min(KEPT_MODELS_BYTES, KEPT_LORAS_BYTES) < 0:
    raise ImproperlyConfigured("HOUSESTYLE_KEPT_MODELS_MIB and _LORAS_MIB must be 0 or more.")
PRISTINE_WEIGHTS = env.choice("HOUSESTYLE_PRISTINE", "auto", "device", "host")
COMPILE = env.choice("HOUSESTYLE_COMPILE", "blocks", "whole", "graphs", "off")
ATTENTION = env.choice("HOUSESTYLE_ATTENTION", "auto", "cudnn", "flash")
COMPILED_DIR = env.str("HOUSESTYLE_COMPILED", default=str(DATA_DIR / "compiled"))
# Empty: the size that a checkpoint was made for.
COMPILED_SIZES = env.list("HOUSESTYLE_COMPILED_SIZES", default=[])
if not all(re.fullmatch(r"\d+x\d+", size) for size in COMPILED_SIZES):
    raise ImproperlyConfigured(
        f"HOUSESTYLE_COMPILED_SIZES must be like 1024x1024,832x1216, not {COMPILED_SIZES}."
    )
DELIVER_BESIDE = env.bool("HOUSESTYLE_DELIVER_BESIDE", default=True)
LEASE_SECONDS = env.int("HOUSESTYLE_LEASE_SECONDS", default=20)
PULSE_SECONDS = env.int("HOUSESTYLE_PULSE_SECONDS", default=4)
MAX_ATTEMPTS = env.int("HOUSESTYLE_MAX_ATTEMPTS", default=3)
MAX_DEATHS = env.int("HOUSESTYLE_MAX_DEATHS", default=2)
MAX_IMAGES_PER_GENERATION = env.int("HOUSESTYLE_MAX_IMAGES", default=4)
# Days until sheets of looks are forgotten and what shows no picture is archived; 0 is never.
ARCHIVE_DAYS = env.int("HOUSESTYLE_ARCHIVE_DAYS", default=0)
LOOKS_KEPT_DAYS = env.int("HOUSESTYLE_LOOKS_DAYS", default=30)
UNDO_MINUTES = 10
GALLERY_REPORTS = env.int("HOUSESTYLE_GALLERY_REPORTS", default=3)
MAX_PROMPT_CHARACTERS = 500
MAX_LORA_BYTES = env.int("HOUSESTYLE_MAX_LORA_MIB", default=512) * 1024 * 1024
if LEASE_SECONDS < 3 * PULSE_SECONDS:
    raise ImproperlyConfigured(
        "HOUSESTYLE_LEASE_SECONDS must be at least three times HOUSESTYLE_PULSE_SECONDS, "
        "or a busy worker loses its work to another one."
    )

# --- Words and time ----------------------------------------------------------------------------
# The first is also what the house's content is written in; docs/translating.md adds another.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Security ----------------------------------------------------------------------------------
vars().update(security.policies(picture_origin(env) or ""), **security.transport(env))
CSRF_FAILURE_VIEW = "generation.stale_pages.csrf_failure"

# --- Watching ----------------------------------------------------------------------------------
LOG_LEVEL = env.str("HOUSESTYLE_LOG_LEVEL", default="")
LOGGING = logs.wiring(env.choice("HOUSESTYLE_LOG_FORMAT", "line", "json"), LOG_LEVEL or "INFO")
METRICS_TOKEN = env.str("HOUSESTYLE_METRICS_TOKEN", default="")
METRICS_PORT = env.int("HOUSESTYLE_METRICS_PORT", default=0)
TRACES_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
