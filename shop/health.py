"""/healthz says that the process answers; /readyz that it can serve: database, migrations, search index."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from catalog import search


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return ""


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return type(error).__name__
    return f"{len(pending)} not applied" if pending else ""


def _search() -> str:
    usable, why = search.ready()
    return "" if usable else why


def readyz(request: HttpRequest) -> JsonResponse:
    """200 with every part ``ok``, else 503 with what is wrong, in words without secrets."""
    parts = {"database": _database(), "migrations": _migrations(), "search": _search()}
    return JsonResponse(
        {name: problem or "ok" for name, problem in parts.items()},
        status=503 if any(parts.values()) else 200,
    )
