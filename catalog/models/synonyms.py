"""What buyers call things: words of the operator's own by which articles are found as well."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_TERMS = 20
LONGEST_TERM = 80


def terms_of(text: str) -> tuple[str, ...]:
    """The terms of a list that was written with commas or line ends between them, each once."""
    parts = text.replace("\n", ",").replace(";", ",").split(",")
    return tuple(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


class Synonym(models.Model):
    """Who types ``term`` means ``meanings`` too, and the other way round where it says so.

    Counts from the next search on: nothing is indexed anew.
    """

    class Language(models.TextChoices):
        ALL = "", _("every language")
        ENGLISH = "en", _("English")
        DUTCH = "nl", _("Dutch")
        FRENCH = "fr", _("French")
        GERMAN = "de", _("German")

    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language,
        blank=True,
        default=Language.ALL,
        help_text=_("The language of the session in which this is typed."),
    )
    term = models.CharField(
        _("what is typed"), max_length=LONGEST_TERM, help_text=_("One word or several: FI, lichte kabelgoot.")
    )
    meanings = models.CharField(
        _("what is meant as well"),
        max_length=500,
        help_text=_("As articles are called, with commas between them: aardlekschakelaar, differentieel."),
    )
    both_ways = models.BooleanField(
        _("both ways"), default=False, help_text=_("Who types one of the meanings means the others too.")
    )
    active = models.BooleanField(_("in use"), default=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["term", "language"]
        constraints = [models.UniqueConstraint(fields=["language", "term"], name="synonym_once")]

    def __str__(self) -> str:
        return f"{self.term} {'↔' if self.both_ways else '→'} {self.meanings}"

    def clean(self) -> None:
        # The tokeniser is the judge of what a search can look for; it is loaded late, as models come first.
        from catalog.search.text import tokens

        self.term = " ".join(self.term.split())
        said = [token.text for token in tokens(self.term)]
        if not said:
            raise ValidationError({"term": _("This holds no letter or digit that could be looked for.")})
        meanings = terms_of(self.meanings)
        if not meanings or len(meanings) > MOST_TERMS:
            raise ValidationError(
                {"meanings": _("Give between one and %(most)d terms.") % {"most": MOST_TERMS}}
            )
        for meaning in meanings:
            words = [token.text for token in tokens(meaning)]
            if not words or len(meaning) > LONGEST_TERM:
                reason = _("“%(term)s” cannot be looked for: too long, or without a letter or digit.")
            elif words == said:
                reason = _("“%(term)s” says the same as what is typed.")
            else:
                continue
            raise ValidationError({"meanings": reason % {"term": meaning}})
        self.meanings = ", ".join(meanings)
