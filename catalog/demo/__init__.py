"""The demo's catalog: about 3,000 articles expanded from ``fixtures/demo``, safe to load again."""

from catalog.demo.loader import load

__all__ = ["load"]
