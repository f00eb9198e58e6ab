"""Web services below ``/api/v1/``: articles, search, net prices, stock, categories and changes.

A request is authenticated by an API key of one customer (``customers.keys``), and everything it reads is
read for that customer. Questions are validated by the models of ``questions``, answers are plain dicts of
the shapes in ``answers``; the OpenAPI document and the page at ``/api/v1/docs/`` are made from both.
"""
