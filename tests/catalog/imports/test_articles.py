"""What becomes of articles when a file is imported."""

from decimal import Decimal
from typing import Any

import pytest

from catalog import changes
from catalog.imports.records import Action, ArticleRecord, CategoryLink, CategoryRecord, FeatureValue
from catalog.models import (
    Attribute,
    Category,
    CategoryMapping,
    ImportProfile,
    ImportRun,
    Product,
    ProductAttribute,
    ProductChange,
)
from tests.catalog.imports.conftest import Import
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def article(sku: str, line: int = 1, **values: Any) -> ArticleRecord:
    return ArticleRecord(line=line, sku=sku, **{"names": {"en": f"Name of {sku}"}, **values})


def test_a_new_article_is_made_with_all_that_the_file_says(imported: Import) -> None:
    run = imported(
        article(
            "A-1",
            names={"en": "Cable", "nl": "Kabel"},
            descriptions={"fr": "Câble"},
            gtin="5412345678908",
            brand="Acme Wires",
            manufacturer_part_number="ACM 1",
            order_unit="MTR",
            price_unit=100,
            content_quantity=Decimal("2.5"),
            minimum_quantity=Decimal(10),
            discount_group="K1",
            etim_class="EC003248",
            lead_time_days=4,
        )
    )
    assert run.state == ImportRun.State.DONE, run.error
    assert run.counts["article"] == {"new": 1}
    made = Product.objects.get()
    assert (made.sku, made.name_en, made.name_nl, made.description_fr) == ("A-1", "Cable", "Kabel", "Câble")
    assert (made.gtin, made.brand.name, made.manufacturer_part_number) == (
        "5412345678908",
        "Acme Wires",
        "ACM 1",
    )
    assert (made.order_unit, made.price_unit, made.content_quantity) == ("MTR", 100, Decimal("2.500"))
    assert (made.minimum_quantity, made.quantity_step, made.lead_time_days) == (10, 1, 4)
    assert (made.discount_group, made.etim_class, made.category.slug) == ("K1", "EC003248", "rest")
    assert made.source == run.profile


def test_importing_a_file_again_changes_nothing_and_logs_no_change(imported: Import) -> None:
    records = [
        article(
            f"A-{n}",
            brand="Acme",
            features=(
                FeatureValue("EF000001", "Colour", value="red"),
                FeatureValue("EF000002", "Current", number=Decimal("2.5"), unit="A"),
            ),
        )
        for n in range(5)
    ]
    imported(*records)
    before = list(Product.objects.order_by("id").values())
    values = list(ProductAttribute.objects.order_by("id").values())
    ProductChange.objects.all().delete()
    run = imported(*records)
    assert run.counts["article"] == {"same": 5}
    assert run.counts["attribute"] == {"same": 10}
    assert list(Product.objects.order_by("id").values()) == before
    assert list(ProductAttribute.objects.order_by("id").values()) == values
    assert not ProductChange.objects.exists()


def test_a_changed_article_is_changed_alone_and_logged_once(imported: Import) -> None:
    imported(article("A-1"), article("A-2"))
    ProductChange.objects.all().delete()
    before = Product.objects.get(sku="A-2").updated_at
    run = imported(article("A-1", names={"en": "Better"}), article("A-2"))
    assert run.counts["article"] == {"changed": 1, "same": 1}
    changed = Product.objects.get(sku="A-1")
    assert changed.name_en == "Better"
    assert list(ProductChange.objects.values_list("product_id", flat=True)) == [changed.pk]
    assert Product.objects.get(sku="A-2").updated_at == before
    assert run.samples[0] == {
        "what": "changed",
        "sku": "A-1",
        "changes": [["name_en", "Name of A-1", "Better"]],
    }


def test_new_and_changed_articles_are_logged_for_the_search_each_once(imported: Import) -> None:
    imported(article("A-1"), article("A-2"), article("A-3"))
    ProductChange.objects.all().delete()
    imported(article("A-1", names={"en": "Better"}), article("A-2"), article("B-1"), article("B-2"))
    logged = ProductChange.objects.values_list("product_id", flat=True)
    numbers = Product.objects.filter(pk__in=logged).values_list("sku", flat=True)
    assert len(logged) == 3
    assert set(numbers) == {"A-1", "B-1", "B-2"}


def test_a_new_catalog_is_logged_as_one_change_of_everything(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "REBUILD_FROM", 2)
    imported(article("A-1"), article("A-2"), article("A-3"))
    assert [row.product_id for row in ProductChange.objects.all()] == [ProductChange.EVERYTHING]


def test_a_trial_says_what_the_import_does_and_changes_nothing(imported: Import) -> None:
    imported(article("A-1"))
    ProductChange.objects.all().delete()
    before = list(Product.objects.values())
    file = (article("A-1", names={"en": "Better"}, brand="New brand"), article("A-2"))
    tried = imported(*file, trial=True)
    assert tried.state == ImportRun.State.TRIED
    assert list(Product.objects.values()) == before
    assert not ProductChange.objects.exists()
    done = imported(*file)
    assert done.counts == tried.counts
    assert done.counts["brand"] == {"new": 1}


def test_what_a_replacing_record_leaves_out_becomes_empty_but_languages_it_has_not_stay(
    imported: Import, header: dict[str, Any]
) -> None:
    imported(article("A-1", names={"en": "Cable", "nl": "Kabel"}, gtin="12345670", discount_group="X"))
    imported(article("A-1", names={"en": "Cable"}))
    made = Product.objects.get()
    assert (made.gtin, made.discount_group, made.name_nl) == ("", "", "Kabel")


def test_a_changing_record_leaves_alone_what_it_does_not_say(imported: Import) -> None:
    imported(article("A-1", gtin="12345670", minimum_quantity=Decimal(5)))
    imported(ArticleRecord(1, "A-1", Action.CHANGE, minimum_quantity=Decimal(7)))
    made = Product.objects.get()
    assert (made.gtin, made.minimum_quantity, made.name_en) == ("12345670", 7, "Name of A-1")


def test_an_article_that_an_operator_hid_stays_hidden(imported: Import) -> None:
    imported(article("A-1"))
    Product.objects.update(status="hidden")
    run = imported(article("A-1"))
    assert run.counts["article"] == {"same": 1}
    assert Product.objects.get().status == "hidden"


def test_an_english_name_that_was_taken_from_another_language_follows_it(
    imported: Import, profile: ImportProfile, header: dict[str, Any]
) -> None:
    profile.language, header["languages"] = "de", ("de",)
    profile.save()
    imported(article("A-1", names={"de": "Kabel"}))
    assert Product.objects.get().name_en == "Kabel"
    imported(article("A-1", names={"de": "Leitung"}))
    assert Product.objects.get().name_en == "Leitung"
    Product.objects.update(name_en="Cable")
    imported(article("A-1", names={"de": "Mantelleitung"}))
    assert Product.objects.get().name_en == "Cable"


def test_a_deleted_article_is_discontinued_and_comes_back_when_it_is_sold_again(imported: Import) -> None:
    imported(article("A-1"))
    run = imported(ArticleRecord(1, "A-1", Action.DELETE))
    assert run.counts["article"] == {"gone": 1}
    assert Product.objects.get().status == "discontinued"
    imported(article("A-1"))
    assert Product.objects.get().status == "active"


def test_a_new_article_without_what_it_needs_is_refused_with_its_line(
    imported: Import, profile: ImportProfile
) -> None:
    profile.category = None
    profile.save()
    run = imported(article("A-1", line=7, brand="Acme"), article("A-2", line=8, names={}))
    assert not Product.objects.exists()
    found = list(run.refusals.values_list("line", "record", "field", "fatal"))
    assert found == [(7, "A-1", "category", True), (8, "A-2", "name", True)]
    assert run.refused == 2


def test_of_an_article_that_is_in_the_file_twice_the_last_counts_and_the_other_is_reported(
    imported: Import,
) -> None:
    run = imported(
        article("A-1", line=1, names={"en": "First"}),
        article("A-1", line=2, names={"en": "Last"}),
        article("A-2", line=3),
        article("A-2", line=4),
    )
    assert Product.objects.get(sku="A-1").name_en == "Last"
    assert list(run.refusals.values_list("line", "record")) == [(1, "A-1")]


def test_what_the_shop_cannot_hold_is_refused_field_by_field(imported: Import) -> None:
    run = imported(
        article("A-1", gtin="12x", minimum_quantity=Decimal(-1), names={"en": "n" * 200}, brand="Acme"),
        article("x" * 41),
        article("A-2", price_unit=0, status="sold"),
    )
    made = Product.objects.get(sku="A-1")
    assert (made.gtin, made.minimum_quantity, len(made.name_en)) == ("", 1, 160)
    fields = set(run.refusals.values_list("field", "fatal"))
    assert fields == {
        ("GTIN", False),
        ("minimum quantity", False),
        ("name (en)", False),
        ("article number", True),
        ("price unit", False),
        ("status", False),
    }


def test_control_characters_and_lone_surrogates_do_no_harm(imported: Import) -> None:
    run = imported(article("A-1", names={"en": "A\x00B\x07\ud800 C"}))
    assert run.state == ImportRun.State.DONE, run.error
    assert Product.objects.get().name_en == "AB? C"


def test_a_category_tree_is_created_once_below_its_root(imported: Import, profile: ImportProfile) -> None:
    tree = [
        CategoryRecord(1, "0", {"en": "Whole catalog"}),
        CategoryRecord(2, "20", {"en": "Cables", "nl": "Kabels"}, parent="10"),
        CategoryRecord(3, "10", {"en": "Installation"}, parent="0"),
        CategoryRecord(4, "30", {"en": "Nobody's"}, parent="10"),
    ]
    file = (*tree, article("A-1"), article("A-2"), CategoryLink(9, "A-1", "20"))
    run = imported(*file)
    assert run.counts["category"] == {"new": 2}
    leaf = Product.objects.get(sku="A-1").category
    assert (leaf.name_en, leaf.name_nl) == ("Cables", "Kabels")
    assert leaf.parent is not None
    assert (leaf.parent.name_en, leaf.parent.parent) == ("Installation", None)
    assert Product.objects.get(sku="A-2").category.slug == "rest"
    # What an operator makes of it stays.
    leaf.name_en, leaf.parent = "Wire", None
    leaf.save()
    again = imported(*file)
    assert "category" not in again.counts
    assert again.counts["article"] == {"same": 2}
    assert Category.objects.filter(name_en="Wire").exists()


def test_only_mapped_categories_are_used_when_the_profile_says_so(
    imported: Import, profile: ImportProfile
) -> None:
    profile.category_policy = ImportProfile.Categories.MAPPED
    profile.save()
    ours = CategoryFactory(name_en="Ours")
    CategoryMapping.objects.create(profile=profile, code="77", category=ours)
    run = imported(article("A-1", categories=("77",)), article("A-2", categories=("78",)))
    assert Product.objects.get(sku="A-1").category == ours
    assert Product.objects.get(sku="A-2").category.slug == "rest"
    assert list(run.refusals.values_list("record", "value", "fatal")) == [("A-2", "78", False)]


def test_features_become_attributes_and_a_known_attribute_takes_its_own_unit(imported: Import) -> None:
    known = Attribute.objects.create(code="rated-current", kind="number", unit="A", name_en="Rated current")
    run = imported(
        article(
            "A-1",
            features=(
                FeatureValue("EF1", "Rated current", number=Decimal(16000), unit="mA"),
                FeatureValue("EF2", "Colour", value="Red"),
                FeatureValue("EF3", "Range", number=Decimal(1), upper=Decimal(5), unit="V"),
            ),
        )
    )
    assert run.state == ImportRun.State.DONE, run.error
    values = {each.attribute.name_en: each.display for each in ProductAttribute.objects.all()}
    assert values == {"Rated current": "16 A", "Colour": "Red", "Range": "1 V", "Range (max.)": "5 V"}
    assert ProductAttribute.objects.get(attribute=known).number == 16
    run = imported(article("A-1", features=(FeatureValue("EF1", "Rated current", value="much"),)))
    assert [each.reason for each in run.refusals.all()] == [
        "The shop has this property as a number, and this is none."
    ]
    assert not ProductAttribute.objects.exists()


def test_a_property_with_a_thousand_values_is_no_property(imported: Import) -> None:
    run = imported(
        *(article(f"A-{n}", features=(FeatureValue("T", "Type", value=f"T{n}"),)) for n in range(1_001))
    )
    assert not Attribute.objects.exists()
    assert run.refusals.get().field == "T"
    assert Product.objects.count() == 1_001


def test_a_successor_may_be_in_the_same_file_or_in_the_shop(imported: Import) -> None:
    shop = ProductFactory(sku="S-1")
    file = (article("A-1", successor="A-2"), article("A-2", successor="S-1"), article("A-3", successor="no"))
    run = imported(*file)
    assert Product.objects.get(sku="A-1").successor == Product.objects.get(sku="A-2")
    assert Product.objects.get(sku="A-2").successor == shop
    assert run.refusals.get().value == "no"
    ProductChange.objects.all().delete()
    imported(*file)
    assert not ProductChange.objects.exists()


class TestMissing:
    """Articles that a full file does not have any more."""

    @pytest.fixture(autouse=True)
    def full(self, header: dict[str, Any]) -> None:
        header["full"] = True

    def test_they_stay_by_default(self, imported: Import) -> None:
        imported(article("A-1"), article("A-2"))
        imported(article("A-1"))
        assert Product.objects.filter(status="active").count() == 2

    def test_they_are_discontinued_or_deleted_as_the_profile_says(
        self, imported: Import, profile: ImportProfile
    ) -> None:
        other = ProductFactory()
        profile.missing_threshold = 100
        for policy, left in (
            ("block", {"A-1": "active", "A-2": "discontinued"}),
            ("delete", {"A-1": "active"}),
        ):
            profile.missing = policy
            profile.save()
            imported(article("A-1"), article("A-2"))
            run = imported(article("A-1"))
            assert run.counts["article"] == {"same": 1, "gone": 1}
            found = dict(Product.objects.filter(source=profile).values_list("sku", "status"))
            assert found == left
        other.refresh_from_db()
        assert other.status == "active"

    def test_too_many_stop_the_import_until_somebody_confirms(
        self, imported: Import, profile: ImportProfile
    ) -> None:
        from catalog.imports import services

        profile.missing = "block"
        profile.save()
        imported(*(article(f"A-{n}") for n in range(10)))
        run = imported(article("A-0", names={"en": "Changed"}))
        assert run.state == ImportRun.State.STOPPED
        assert run.counts["missing"] == {"gone": 9, "of": 10}
        assert Product.objects.filter(status="active").count() == 10
        services.resume(import_run=run, confirmed=True, background=False)
        assert services.run(run).state == ImportRun.State.DONE
        assert Product.objects.filter(status="active").count() == 1
        assert Product.objects.get(sku="A-0").name_en == "Changed"
