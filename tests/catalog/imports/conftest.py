"""A format whose records a test writes down itself, and a profile that reads it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from catalog.imports import registry, services
from catalog.imports.records import FileHeader, Record
from catalog.imports.registry import Reading
from catalog.imports.source import Source
from catalog.models import ImportProfile, ImportRun
from tests.factories import BrandFactory, CategoryFactory, PriceListFactory

Import = Callable[..., ImportRun]


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.IMPORT_DIR = tmp_path / "imports"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def records() -> list[Record]:
    """What the file of the test holds."""
    return []


@pytest.fixture
def header() -> dict[str, Any]:
    """What the file says of itself."""
    return {"format": "test", "full": False, "currency": "EUR", "languages": ("en",)}


@pytest.fixture(autouse=True)
def listed(records: list[Record], header: dict[str, Any]) -> Iterator[None]:
    with registry.restored():

        @registry.register("listed", label="Listed by the test", sniff=lambda source: False)
        def read(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]:
            return FileHeader(**header), iter(records)

        yield


@pytest.fixture
def profile(db: None) -> ImportProfile:
    return ImportProfile.objects.create(
        slug="supplier",
        name="Supplier",
        format="listed",
        brand=BrandFactory(code="own", name="Own"),
        category=CategoryFactory(slug="rest", name_en="Rest"),
        price_list=PriceListFactory(currency="EUR"),
        order_unit="C62",
    )


@pytest.fixture
def imported(profile: ImportProfile, records: list[Record]) -> Import:
    """Imports records with the profile, at once; the run as it ended."""

    def do(*given: Record, trial: bool = False) -> ImportRun:
        records[:] = given
        run = services.start_import(
            profile=profile, file_name="test.txt", chunks=[b"x"], trial=trial, background=False
        )
        return services.run(run)

    return do
