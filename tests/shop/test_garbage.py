import gc
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished
from django.test import Client

from shop import garbage


@pytest.fixture
def collected() -> Iterator[list[int]]:
    """The generations that are collected while a test runs, without any collection of Python's own."""
    found: list[int] = []
    before = gc.get_threshold()

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    garbage.collect_between_requests()
    gc.collect()
    gc.set_threshold(0, 0, 0)
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)
    gc.set_threshold(*before)
    request_finished.disconnect(dispatch_uid="shop.garbage")


def test_what_a_request_left_behind_is_collected_once_it_was_answered(
    collected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "YOUNG", 0)
    assert Client().get("/healthz").status_code == 200
    assert collected == [0]


def test_little_garbage_waits(collected: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "YOUNG", 1_000_000)
    assert Client().get("/healthz").status_code == 200
    assert collected == []


@pytest.mark.parametrize(
    ("counts", "generation"),
    [((4_999, 50, 500), None), ((5_000, 0, 0), 0), ((9_000, 20, 0), 1), ((9_000, 20, 100), 2)],
)
def test_older_garbage_is_looked_through_more_rarely(
    counts: tuple[int, int, int], generation: int | None
) -> None:
    assert garbage.due(*counts) == generation
