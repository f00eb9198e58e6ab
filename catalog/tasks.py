"""What is done in the background: by ``manage.py db_worker``, or by the worker that ``serve`` starts."""

from django_tasks import task

from catalog.models import ImportRun


@task()
def run_import(import_id: int) -> None:
    """Does an import that waits. How it ends, and why, stands in its own row."""
    from catalog.imports import services

    found = ImportRun.objects.filter(pk=import_id).first()
    if found is not None:
        services.run(found)
