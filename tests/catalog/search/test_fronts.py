"""The place of an article in an order, as a number that sorts as its name does."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.fronts import NAMED, Fronts
from catalog.search.text import sort_key


def names(count: int, seed: int) -> list[str]:
    dice = random.Random(seed)
    things = ("Kabelgoot", "Kabel XVB 3G2,5", "Automaat 1P C 16 A", "Éclairage", "Λάμπα", "Лампа", "")
    return [
        sort_key(f"{dice.choice(things)} {dice.choice('abcxyz')}{dice.randrange(9_999)}")
        for _ in range(count)
    ]


def fronts_of(sample: list[str]) -> Fronts:
    return Fronts.told_from({order: list(sample) for order in NAMED}, len(sample))


def test_what_the_order_was_told_from_stands_exactly_in_it() -> None:
    sample = names(2_000, seed=1)
    told = fronts_of(sample)
    assert sorted(set(sample), key=lambda key: told.place("nl", key)) == sorted(set(sample))
    assert len({told.place("nl", key) for key in sample}) == len(set(sample))


def test_what_comes_later_stands_between_those_it_belongs_between() -> None:
    told = fronts_of(names(2_000, seed=1))
    later = sorted(names(5_000, seed=2))
    places = [told.place("nl", key) for key in later]
    assert places == sorted(places)
    assert all(0 <= place < 2**64 for place in places)
    # Only names that are alike for long share a place.
    assert len(set(places)) > 0.95 * len(set(later))


@pytest.mark.parametrize("sampled", [[0, 500], [499, 999], [250, 750], [3, 400, 990], [10, 11, 600]])
def test_names_that_differ_at_their_end_alone_are_told_apart_wherever_the_sample_lies(
    sampled: list[int],
) -> None:
    alike = [sort_key(f"Lamp {colour} type {number}") for colour in ("green", "red") for number in range(500)]
    told = fronts_of([alike[number] for number in sampled])
    ordered = sorted(set(alike), key=lambda key: told.place("nl", key))
    assert ordered == sorted(set(alike))
    assert len({told.place("nl", key) for key in alike}) == len(ordered)


@given(st.lists(st.text("ab", max_size=9), min_size=2), st.integers(0, 9))
def test_no_name_stands_before_one_that_it_comes_behind(texts: list[str], sampled: int) -> None:
    told = fronts_of(texts[:sampled])
    places = [told.place("nl", text) for text in sorted(texts)]
    assert places == sorted(places)
    assert all(0 <= place < 2**64 for place in places)


def test_names_that_are_alike_for_very_long_keep_their_order() -> None:
    stem = "a" * 300
    texts = sorted([stem, stem + "a", stem + "b", stem[:150], stem[:128] + "b", "b" * 300, "b"])
    for sampled in ([stem], [stem[:128]], ["a", "b"], texts):
        places = [fronts_of(sampled).place("en", text) for text in texts]
        assert places == sorted(places)


def test_an_order_told_from_nothing_still_tells_names_apart_by_their_beginning() -> None:
    told = fronts_of([])
    assert told.place("en", "abajour") < told.place("en", "beam") < told.place("en", "beam!")


def test_the_order_of_an_index_lies_in_its_folder(tmp_path: Path) -> None:
    told = fronts_of(names(100, seed=3))
    told.write(tmp_path)
    assert Fronts.read(tmp_path) == told
    assert Fronts.read(tmp_path).place("fr", "kabel") == told.place("fr", "kabel")
