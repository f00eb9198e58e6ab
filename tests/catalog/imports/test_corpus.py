"""Other people's real catalogs go through the whole import: nothing of them stops it, and twice is once."""

from pathlib import Path

import pytest
from django.conf import settings

from catalog.imports import services
from catalog.imports.registry import recognise
from catalog.imports.source import Source
from catalog.models import ImportProfile, ImportRun, Product, ProductChange

pytestmark = pytest.mark.django_db
FOLDER = settings.CORPUS / "catalog"
LARGEST = 3 * 2**20
FILES = sorted(
    path
    for kind in ("bmecat_12", "bmecat_2005", "cif", "datanorm")
    for path in (FOLDER / kind).rglob("*")
    if path.is_file() and path.stat().st_size < LARGEST
)
ENDED = (ImportRun.State.DONE, ImportRun.State.REFUSED)


@pytest.mark.skipif(not FILES, reason="the corpus of real catalogs is not here")
def test_every_real_catalog_is_imported_whole_or_refused_with_a_reason(profile: ImportProfile) -> None:
    taken: dict[Path, int] = {}
    for path in FILES:
        found = recognise(Source(path))
        if found is None or found.tabular:
            continue
        profile.format, profile.options = found.slug, {}
        if found.slug == "datanorm":
            profile.options = {"encoding": "cp850", "any_customer": True}
        if found.slug == "bmecat":
            profile.options = {"any_version": True}
        profile.currency = "EUR"
        profile.save()
        for turn in range(2):
            if not turn:
                Product.objects.all().delete()
            ProductChange.objects.all().delete()
            run = services.start_import(profile=profile, file_name=path.name, path=path, background=False)
            services.run(run)
            assert run.state in ENDED, f"{path}: {run.state} {run.error}"
            assert run.error or run.state == ImportRun.State.DONE
        if run.state == ImportRun.State.DONE:
            # The second time there is nothing to do.
            for kind, counts in run.counts.items():
                assert set(counts) <= {"same"}, f"{path}: {kind} {counts}"
            assert not ProductChange.objects.exists(), path
            taken[path] = Product.objects.count()
    assert len(taken) > 20
    assert sum(taken.values()) > 50
