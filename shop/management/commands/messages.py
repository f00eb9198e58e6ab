"""``manage.py messages``: collects the texts to translate and compiles them, with Babel only.

Django's own commands need GNU gettext on the machine; this one needs nothing but Python. Compiled
catalogs are committed, so that a fresh clone speaks all languages.
"""

import ast
import io
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_l": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
# How components are read (shop.components); a mistake in one stops the collection.
COMPONENTS = {"newstyle_gettext": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
# What the admin says of an option: ``Field(title=…, description=…)`` of a pydantic model.
OF_AN_OPTION = ("title", "description")
SOURCES = ("customers", "catalog", "shop", "punchout", "trading", "templates")
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != "en"]


class Command(BaseCommand):
    help = "Collects texts into locale/*/LC_MESSAGES/django.po and compiles them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when a text is missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._collect()
        problems = []
        for language in TRANSLATED:
            problems += self._check(language, found) if options["check"] else self._update(language, found)
        if problems and options["check"]:
            raise CommandError("\n".join(problems))
        for problem in problems:
            print(problem)

    def _collect(self) -> Catalog:
        catalog = Catalog(charset="utf-8")
        for path in self._files():
            for _line, message, _comments, context in self._texts(path):
                catalog.add(message, context=context)
        return catalog

    @staticmethod
    def _texts(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
        text = path.read_text("utf-8")
        if path.suffix == ".jinja":
            yield from extract(
                "jinja2.ext:babel_extract", io.BytesIO(text.encode()), KEYWORDS, options=COMPONENTS
            )
            return
        if path.suffix != ".py":
            # In brackets, because the text between the tags leaves blanks that would read as indentation.
            text = f"(\n{templatize(text, origin=str(path))}\n)"
        elif path.name == "options.py":
            yield from _of_options(text)
        yield from extract("python", io.BytesIO(text.encode()), KEYWORDS)

    @staticmethod
    def _files() -> Iterator[Path]:
        for source in SOURCES:
            for path in sorted((settings.BASE_DIR / source).rglob("*")):
                if path.suffix in (".py", ".html", ".txt", ".jinja") and "migrations" not in path.parts:
                    yield path

    @staticmethod
    def _paths(language: str) -> tuple[Path, Path]:
        folder = settings.BASE_DIR / "locale" / language / "LC_MESSAGES"
        return folder / "django.po", folder / "django.mo"

    def _read(self, language: str) -> Catalog:
        path = self._paths(language)[0]
        if not path.exists():
            return Catalog(locale=language, charset="utf-8")
        with path.open("rb") as file:
            return read_po(file, locale=language, charset="utf-8")

    @staticmethod
    def _compiled(catalog: Catalog) -> bytes:
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        return buffer.getvalue()

    def _update(self, language: str, found: Catalog) -> list[str]:
        """Rewrites the catalog of a language, keeping what is translated; says what is not."""
        catalog = self._read(language)
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        catalog.project, catalog.version, catalog.msgid_bugs_address = "punchout-webshop", "1", ""
        name = catalog.locale.english_name if catalog.locale else language
        catalog.header_comment = f"# The shop's texts in {name}, kept by make messages."
        po, mo = self._paths(language)
        po.parent.mkdir(parents=True, exist_ok=True)
        with po.open("wb") as file:
            write_po(file, catalog, width=110, omit_header=False, sort_output=True, no_location=True)
        mo.write_bytes(self._compiled(catalog))
        missing = len([message for message in catalog if message.id and not _translated(message.string)])
        return [f"{language}: {missing} of {len(catalog)} texts are not translated"] if missing else []

    def _check(self, language: str, found: Catalog) -> list[str]:
        catalog = self._read(language)
        problems = []
        for message in found:
            known = catalog.get(message.id, message.context)
            if message.id and (known is None or not _translated(known.string)):
                problems.append(f"{language}: not translated: {message.id!r}")
        mo = self._paths(language)[1]
        if not mo.exists() or mo.read_bytes() != self._compiled(catalog):
            problems.append(
                f"{language}: {mo.relative_to(settings.BASE_DIR)} is not up to date; run make messages"
            )
        return problems


def _of_options(source: str) -> Iterator[tuple[int, str, list[str], None]]:
    """Titles and descriptions of options, which are plain texts in the model and translated for the form."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Field":
            for given in node.keywords:
                said = given.value.value if isinstance(given.value, ast.Constant) else None
                if given.arg in OF_AN_OPTION and isinstance(said, str):
                    yield node.lineno, said, [], None


def _translated(text: str | list[str] | tuple[str, ...] | None) -> bool:
    if text is None or isinstance(text, str):
        return bool(text)
    return bool(text) and all(text)
