"""A shop as ``make run`` starts it, on a port and a database of its own, and a browser to visit it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.buyer import Buyer, standing_by

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=15_000)  # a busy machine is not a fault of the shop
# What Chromium prints about answers that a journey provokes, about a frame that may not take the focus, and
# about one that may not leave with SAP GUI's event.
EXPECTED = ("status of 4", "Blocked autofocusing", "Unsafe attempt to initiate navigation")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Shop:
    """A running shop; ``localhost`` and ``127.0.0.1`` are two sites to a browser."""

    port: int

    @property
    def sandbox(self) -> str:
        return f"http://localhost:{self.port}/sandbox/"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="package")
def migrated(request: pytest.FixtureRequest) -> Path | None:
    """What a run with workers has migrated, asked for before Playwright's loop runs: Django refuses then."""
    return request.getfixturevalue("django_db_setup") if "PYTEST_XDIST_WORKER" in os.environ else None


@pytest.fixture(scope="package")
def shop(migrated: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """All journeys share one: they go to one worker (``tests.workers``)."""
    folder = tmp_path_factory.mktemp("shop")
    port = _free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "DEMO": "1",
        "LOG_LEVEL": "INFO",
        "DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
        "SEARCH_INDEX_DIR": str(folder / "search"),
        "STATIC_ROOT": str(folder / "static"),
        "CXML_DTD_DIR": settings.CXML_DTD_DIR,
    }
    log = (folder / "server.log").open("wb")

    def manage(*words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=log,
            stderr=log,
        )

    if migrated is not None and migrated.is_file():
        shutil.copy(migrated, folder / "shop.sqlite3")
    else:
        assert manage("migrate", "--verbosity", "0").wait() == 0
    static = manage("collectstatic", "--noinput", "--verbosity", "0")
    assert manage("load_demo").wait() == 0
    assert static.wait() == 0
    server = manage("serve", "--port", str(port))
    try:
        _wait_until_ready(port, server, folder / "server.log")
        yield Shop(port)
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _wait_until_ready(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(150):
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"the shop did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="package")
def chromium(migrated: Path | None) -> Iterator[Browser]:
    """Closed with the last journey: the worker goes on with tests that touch the database."""
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"{CHROMIUM} is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile at desktop width; errors on a page's console fail the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on(
        "console",
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and not any(expected in message.text for expected in EXPECTED)
            else None
        ),
    )
    yield context
    context.close()
    assert not errors, errors


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def buyer() -> Iterator[Buyer]:
    """A buyer's system of our own, where the sandbox plays none."""
    with standing_by() as buyer:
        yield buyer
