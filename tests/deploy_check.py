"""Django's deploy check, with the settings a production shop would have; any warning fails."""

import os
import secrets
import subprocess
import sys

PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "SEALING_KEYS": secrets.token_urlsafe(32),
    "ALLOWED_HOSTS": "shop.example",
    "PUBLIC_URL": "https://shop.example",
    "SUPPLIER_NAME": "Example Supply",
    "SUPPLIER_EMAIL": "punchout@shop.example",
    "DJANGO_SETTINGS_MODULE": "shop.settings",
    "LOG_LEVEL": "WARNING",
}


def main() -> int:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DEMO", "DEBUG", "SANDBOX")
    }
    return subprocess.call(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={**environment, **PRODUCTION},
    )


if __name__ == "__main__":
    sys.exit(main())
