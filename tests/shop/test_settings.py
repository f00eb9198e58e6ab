"""Settings are loud about what is missing, and dangerous combinations are named."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import override_settings

from shop.checks import dangerous_settings
from tests.deploy_check import PRODUCTION

LONG = "k" * 43


def ids(**changes: object) -> list[str]:
    """The ids of the checks that fail in a production shop with ``changes``."""
    production = {
        "DEBUG": False, "DEMO": False, "RELAXED": False, "SANDBOX": False,
        "PUBLIC_URL": "https://shop.example", "SEALING_KEYS": [LONG],
    }  # fmt: skip
    with override_settings(**{**production, **changes}):
        return [str(message.id) for message in dangerous_settings(None)]


def test_a_sound_production_shop_has_nothing_to_complain_about() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"DEBUG": True, "RELAXED": True}, "shop.E001"),
        ({"DEMO": True, "RELAXED": True}, "shop.E002"),
        ({"PUBLIC_URL": "http://shop.example"}, "shop.E003"),
        ({"SEALING_KEYS": [LONG, "short"]}, "shop.E004"),
        ({"SANDBOX": True}, "shop.W001"),
    ],
)
def test_a_dangerous_combination_is_named(changes: dict[str, object], expected: str) -> None:
    assert ids(**changes) == [expected]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "SEALING_KEYS", "ALLOWED_HOSTS", "PUBLIC_URL"])
def test_production_does_not_start_without_what_it_needs(missing: str) -> None:
    environment = {name: value for name, value in {**os.environ, **PRODUCTION}.items() if name != missing}
    for name in ("DEMO", "DEBUG"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert missing in done.stderr
