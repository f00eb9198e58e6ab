"""Lists of the admin can be read on a phone, where a row is a card."""

import re

import pytest
from django.test import Client

from shop.templatetags.admin_rows import labelled
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


def test_every_cell_of_a_list_says_which_column_it_is_of(admin_client: Client) -> None:
    ConnectionFactory()
    page = admin_client.get("/admin/punchout/connection/").content.decode()
    table = page.partition('id="result_list"')[2].partition("</table>")[0]
    columns = re.findall(r'class="text">\s*<(?:a|span)[^>]*>([^<]+)<', table)
    cells = re.findall(r"<t[dh][^>]*>", table.partition("<tbody>")[2])
    labels = re.findall(r'data-label="([^"]*)"', table)
    assert len(labels) == len(cells) - 1  # all but the box that chooses the row
    assert labels == [column.strip() for column in columns][-len(labels) :]
    assert {"Name", "Protocol", "Customer"} <= set(labels)


def test_a_heading_with_odd_characters_is_no_markup() -> None:
    cells = ["<td>1</td>", '<th class="field-x">2</th>', '<td class="action-checkbox">x</td>']
    headers = [
        {"text": '"><b>'},
        {"text": "é"},
        {"text": "", "class_attrib": ' class="action-checkbox-column"'},
    ]
    assert list(labelled(cells, headers)) == [  # type: ignore[arg-type]
        '<td data-label="&quot;&gt;&lt;b&gt;">1</td>',
        '<th data-label="É" class="field-x">2</th>',
        cells[2],
    ]
