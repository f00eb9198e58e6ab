"""Settings of the test run: the product's own, with quick password hashing and everything local."""

import os

os.environ.setdefault("DEMO", "1")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from shop.settings import *  # noqa: F403
from shop.settings import BASE_DIR, DATABASES
from tests.own_folder import own_folder

FOLDER = own_folder()

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each test process has its own index, brought up to date before a request goes on.
SEARCH_INDEX_DIR = FOLDER / "search"
SEARCH_FOLLOW = "inline"

SHARED = BASE_DIR.parent / "shared"
CORPUS = SHARED / "corpus"
# What we send is validated whenever the official DTDs are at hand.
CXML_DTD_DIR = str(SHARED / "dtd") if (SHARED / "dtd").is_dir() else ""

# A pool would keep connections open to a test database that must be dropped.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, because tests with threads need the locking that production has. Workers: ``tests.migrated``.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
# Static files come from the staticfiles app in tests; there is nothing collected to serve.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise")]  # noqa: F405
