"""The tests run in the shop's folder, with what its own tests count on."""

from tests.conftest import own_search_index

__all__ = ["own_search_index"]
