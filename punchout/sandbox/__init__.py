"""The sandbox plays the buyers' procurement systems against the shop's public endpoints.

It is a counterparty, not a view of the shop: it builds its own requests, speaks HTTP, and reads what comes
back with its own parsers, so that a mistake made twice in the shop's code is not hidden here.
"""
