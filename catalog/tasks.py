"""What is done in the background: by ``manage.py db_worker``, or by the worker that ``serve`` starts."""

from django_tasks import task

from catalog.models import ImportProfile, ImportRun


@task()
def write_export(file_id: int) -> None:
    """Writes a file for a customer. Whether it is ready, and why not, stands in its own row."""
    from catalog.exports.schedules import write_file

    write_file(file_id=file_id)


@task()
def run_import(import_id: int) -> None:
    """Does an import that waits. How it ends, and why, stands in its own row."""
    from catalog.imports import services

    found = ImportRun.objects.filter(pk=import_id).first()
    if found is not None:
        services.run(found)


@task()
def look_for_import(schedule_id: int) -> None:
    """Looks at the source of a scheduled import, and imports what is new there."""
    from catalog.imports.schedules import look

    look(schedule_id=schedule_id)


@task()
def fetch_media(profile_id: int) -> None:
    """Copies pictures and documents of a profile's articles. What failed stands beside its address."""
    from catalog.imports import fetching

    profile = ImportProfile.objects.filter(pk=profile_id, fetch_media=True).first()
    if profile is not None:
        fetching.fetch_media(profile)
