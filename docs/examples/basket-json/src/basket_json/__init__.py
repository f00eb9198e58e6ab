"""Basket JSON, an adapter of its own package: registered through the entry point ``punchout.adapters``."""
