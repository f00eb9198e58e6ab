"""What a caller of the search must be ready for."""


class SearchUnavailable(Exception):
    """There is no index that can be read now; the text says why and what helps."""
