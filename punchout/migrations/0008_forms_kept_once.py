"""The fields of a return form are the body of its message, and stand in the returned cart no more."""

from django.db import migrations


def to_message(apps, schema_editor):
    Message = apps.get_model("punchout", "WireMessage")
    for returned in _with_form(apps):
        fields = returned.form.get("fields")
        if fields is None:
            continue
        body = "\n".join(f"{name}={value}" for name, value in fields)
        sent = Message.objects.filter(session=returned.session_id, direction="out", handed_over=None)
        message = next((each for each in sent.order_by("-id") if each.body == body), None)
        if message is None:
            # The operator removed the message alone; the form was still to be seen, and still is.
            message = _message(Message, returned, body)
        lengths = {
            str(place): [len(name), len(value)]
            for place, (name, value) in enumerate(fields)
            if "\n" in value or "\n" in name or "=" in name
        }
        head = {key: value for key, value in returned.form.items() if key != "fields"}
        returned.form = {**head, "lengths": lengths} if lengths else head
        returned.message = message
        returned.save(update_fields=["form", "message"])


def _message(Message, returned, body):
    session = returned.session
    return Message.objects.create(
        direction="out",
        adapter=session.connection.adapter,
        kind="cart return" if returned.outcome == "cart" else "return without cart",
        connection=session.connection,
        session=session,
        received_at=returned.created_at,
        method="POST",
        path=returned.return_host,
        headers={"charset": returned.form["charset"], "target": returned.form["target"]},
        body=body,
        verdict="accepted",
    )


def to_cart(apps, schema_editor):
    for returned in _with_form(apps):
        message = returned.message
        if "fields" in returned.form:
            continue
        if message is None:
            returned.form = {}
        else:
            head = dict(returned.form)
            lengths = head.pop("lengths", {})
            returned.form = {**head, "fields": [list(each) for each in _fields(message.body, lengths)]}
        returned.message = None
        returned.save(update_fields=["form", "message"])


def _with_form(apps):
    rows = apps.get_model("punchout", "ReturnedCart").objects.exclude(form={})
    return rows.select_related("session__connection").order_by("pk").iterator(chunk_size=50)


def _fields(body, lengths):
    at, place = 0, 0
    while body and at <= len(body):
        if known := lengths.get(str(place)):
            middle = at + known[0]
            end = middle + 1 + known[1]
        else:
            middle = body.index("=", at)
            end = body.find("\n", middle)
            end = end if end >= 0 else len(body)
        yield body[at:middle], body[middle + 1 : end]
        at, place = end + 1, place + 1


class Migration(migrations.Migration):
    dependencies = [("punchout", "0007_form_of_the_message")]
    operations = [migrations.RunPython(to_message, to_cart)]
