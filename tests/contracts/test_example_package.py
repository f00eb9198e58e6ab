"""An adapter from a package of its own: installed, found by its entry point, and true to the contract.

The package of ``docs/examples`` is really installed: beside the environment, not into it, without a network.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.test import Client

from punchout.adapters import all_adapters, get_adapter, load, override

PACKAGE = Path(settings.BASE_DIR) / "docs" / "examples" / "basket-json"
GUIDE = Path(settings.BASE_DIR) / "docs" / "writing-an-adapter.md"
SLUG = "basket-json"


def _suite_of_the_package() -> ModuleType:
    """Its own tests, as its author runs them; they need the package only when they run."""
    spec = importlib.util.spec_from_file_location("basket_json_tests", PACKAGE / "tests/test_basket_json.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package was installed; uv brings the build backend along, so nothing is fetched."""
    target = tmp_path_factory.mktemp("installed")
    options = ("--offline", "--no-cache", "--no-config", "--no-deps", "--python", sys.executable)
    command = [sys.executable, "-m", "uv", "pip", "install", *options, "--target", str(target), str(PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="class")
def registered(installed: Path) -> Iterator[None]:
    """The package on the path of this process, registered as at a start, and gone afterwards."""
    known = type(get_adapter("oci"))
    # Registers an adapter that is there already: what we want of it is that it puts the registry back.
    with pytest.MonkeyPatch.context() as patch, override(known):
        patch.syspath_prepend(str(installed))
        load()
        yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "basket_json"]:
        del sys.modules[name]


@pytest.mark.usefixtures("registered")
class TestTheExamplePackage(_suite_of_the_package().TestBasketJson):  # type: ignore[misc]
    """The whole contract suite, and the package's own tests."""


def test_without_the_package_its_addresses_do_not_exist(db: None) -> None:
    assert SLUG not in {adapter.slug for adapter in all_adapters()}
    assert Client().post(f"/punchout/{SLUG}/some").status_code == 404


def test_a_shop_that_starts_with_the_package_installed_knows_its_adapter(installed: Path) -> None:
    asked = (
        "import django; django.setup()\n"
        "from punchout.adapters import get_adapter; import basket_json\n"
        f"print(get_adapter({SLUG!r}).label, basket_json.__file__, sep='|')"
    )
    environment = {
        **os.environ, "PYTHONPATH": str(installed), "DJANGO_SETTINGS_MODULE": "tests.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    label, place = done.stdout.strip().split("|")
    assert label == "Basket JSON (example)"
    assert Path(place).is_relative_to(installed)


def test_the_admin_offers_the_adapter_and_a_form_of_its_options(
    registered: None, admin_client: Client
) -> None:
    page = admin_client.get("/admin/punchout/connection/add/", {"adapter": SLUG}).content.decode()
    assert "Basket JSON (example)" in page
    assert "Field with the basket" in page


# -- the guide -----------------------------------------------------------------------------------------------


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def _lines(text: str) -> str:
    """The text by its lines, whatever their indentation."""
    return "\n" + "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"


@pytest.mark.parametrize(("language", "least"), [("python", 8), ("toml", 1)])
def test_every_piece_of_code_in_the_guide_is_in_the_package(language: str, least: int) -> None:
    files = [*PACKAGE.rglob("*.py"), PACKAGE / "pyproject.toml"]
    texts = [_lines(path.read_text("utf-8")) for path in files]
    blocks = _blocks(language)
    assert len(blocks) >= least
    for block in blocks:
        assert any(_lines(block) in text for text in texts), block


def test_every_message_in_the_guide_and_in_the_readme_is_a_payload_of_the_tests() -> None:
    payloads = [json.loads(path.read_text("utf-8")) for path in (PACKAGE / "tests/payloads").glob("*.json")]
    for text in (GUIDE.read_text("utf-8"), (PACKAGE / "README.md").read_text("utf-8")):
        for block in re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            assert json.loads(block) in payloads, block
