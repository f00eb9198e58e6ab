"""What is done in the background: by ``manage.py db_worker``, or by the worker that ``serve`` starts."""

from django_tasks import task


@task()
def send_notice(notice_id: int) -> None:
    """Tells of an order. Whether it was told, and why not, stands in the notice's own row."""
    from trading import notices

    notices.send(notice_id=notice_id)
