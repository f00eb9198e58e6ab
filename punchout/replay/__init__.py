"""Runs what is in the wire log again with today's code, and leaves no trace of it."""

from punchout.replay.compare import Difference
from punchout.replay.service import Replay, ReplayImpossible, replay, replay_return

__all__ = ["Difference", "Replay", "ReplayImpossible", "replay", "replay_return"]
