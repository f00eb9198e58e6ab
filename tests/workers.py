"""Journeys, and tests of the whole demo, go to one worker each: what they share is made once.

``--dist loadgroup`` alone would not do it: pytest-xdist 3.8 writes the group of a test where pytest 9.2 no
longer looks.
"""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys/", "tests/catalog/test_demo.py")


class Together(LoadScopeScheduling):
    """The largest group first; every other test goes to whichever worker is free."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for group in TOGETHER if nodeid.startswith(group)), nodeid)
