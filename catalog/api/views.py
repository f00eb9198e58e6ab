"""The web services: each reads its question, calls one reader, and answers with a plain dict."""

from typing import Any

from django.http import Http404
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import answers, articles, changes, pricing, questions, stock
from catalog.api.base import PRICED, Service
from catalog.api.categories import category_tree
from catalog.api.problems import NamesNothing, ScopeMissing
from catalog.api.schema import described
from catalog.search import Facet, Query, is_page_key, search
from customers.models import ApiKey


class ArticlesService(Service):
    scope = ApiKey.Scope.ARTICLES

    @described(
        "articles_read",
        "articles",
        "Articles by their numbers",
        questions.ArticleQuery,
        answers.Articles,
        also=["not-found"],
    )
    def get(self, request: Request) -> Response:
        """Articles by our number, GTIN, manufacturer's number or your own: at least one of them."""
        return self._answer(self.query(questions.ArticleQuery).numbers())

    @described(
        "articles_look_up",
        "articles",
        "Up to 500 articles by number",
        questions.ArticleNumbers,
        answers.Articles,
        in_body=True,
    )
    def post(self, request: Request) -> Response:
        """The same for many numbers at once, in the body. Nothing is changed by it."""
        return self._answer(self.body(questions.ArticleNumbers))

    def _answer(self, numbers: questions.ArticleNumbers) -> Response:
        language = self.language(numbers)
        found, not_found = articles.look_up(
            numbers, organisation=self.organisation, language=language, origin=self.origin
        )
        return self.answer({"language": language, "articles": found, "not_found": not_found})


class ArticleService(Service):
    scope = ApiKey.Scope.ARTICLES

    @described(
        "article_read",
        "articles",
        "One article",
        questions.InLanguage,
        answers.Article,
        path={"sku": "Our article number."},
        also=["not-found"],
    )
    def get(self, request: Request, sku: str) -> Response:
        """One article by our number."""
        language = self.language(self.query(questions.InLanguage))
        try:
            numbers = questions.ArticleNumbers(skus=[sku.removesuffix("/")])
        except ValueError:
            raise Http404 from None
        found, _not_found = articles.look_up(
            numbers, organisation=self.organisation, language=language, origin=self.origin
        )
        if not found:
            raise Http404
        response = self.answer(found[0])
        response["Content-Language"] = language
        return response


class SearchService(Service):
    scope = ApiKey.Scope.ARTICLES

    @described(
        "articles_search",
        "articles",
        "Search with facets",
        questions.SearchQuery,
        answers.SearchResults,
        also=["not-found", "unavailable"],
    )
    def get(self, request: Request) -> Response:
        """Articles by words, numbers and what is ticked, the best first. Misspelt words are corrected."""
        asked = self.query(questions.SearchQuery)
        language = self.language(asked)
        if asked.cursor is not None and not is_page_key(asked.cursor):
            raise NamesNothing.parameter("cursor", "This is no cursor of an earlier answer.")
        results = search(
            Query(
                text=asked.q,
                language=language,
                category=asked.category,
                brands=tuple(asked.brand),
                in_stock=asked.in_stock,
                attributes=asked.ticked(),
                sort=asked.sort,
                page_size=asked.limit,
                after=asked.cursor,
            )
        )
        found = articles.read(
            results.product_ids, organisation=self.organisation, language=language, origin=self.origin
        )
        return self.answer(
            {
                "language": language,
                "articles": found,
                "total": {"count": results.total, "exact": results.total_is_exact},
                "facets": [_facet(facet) for facet in results.facets],
                "facets_exact": results.facets_are_exact,
                "corrected": results.corrected,
                "next": results.next_page,
                "previous": results.previous_page,
            }
        )


class PricesService(Service):
    scope = ApiKey.Scope.PRICES
    cache_control = PRICED

    @described("prices_read", "prices", "Net prices of a few articles", questions.PriceQuery, answers.Prices)
    def get(self, request: Request) -> Response:
        """Your net prices at one quantity, explained step by step."""
        return self._answer(self.query(questions.PriceQuery).price_list())

    @described(
        "prices_calculate",
        "prices",
        "Up to 500 net prices",
        questions.PriceList,
        answers.Prices,
        in_body=True,
    )
    def post(self, request: Request) -> Response:
        """Your net prices, each at its own quantity, explained step by step. Nothing is changed by it."""
        return self._answer(self.body(questions.PriceList))

    def _answer(self, asked: questions.PriceList) -> Response:
        language = self.language(asked)
        with translation.override(language):
            items = pricing.net_prices(organisation=self.organisation, items=asked.items)
        currency = self.organisation.currency
        written = f'{{"currency":"{currency}","language":"{language}","items":{items}}}'.encode()
        return self.answer(written, language)


class StockService(Service):
    scope = ApiKey.Scope.STOCK

    @described("stock_read", "stock", "Stock of a few articles", questions.StockQuery, answers.Stock)
    def get(self, request: Request) -> Response:
        """What lies at each site, and when more comes."""
        return self._answer(self.query(questions.StockQuery).sku)

    @described(
        "stock_look_up",
        "stock",
        "Stock of up to 500 articles",
        questions.StockList,
        answers.Stock,
        in_body=True,
    )
    def post(self, request: Request) -> Response:
        """The same for many articles at once. Nothing is changed by it."""
        return self._answer(self.body(questions.StockList).skus)

    def _answer(self, skus: list[str]) -> Response:
        found, not_found = stock.stock(organisation=self.organisation, skus=skus)
        return self.answer({"articles": found, "not_found": not_found})


class CategoriesService(Service):
    scope = ApiKey.Scope.ARTICLES

    @described(
        "categories_read", "articles", "The tree of categories", questions.InLanguage, answers.Categories
    )
    def get(self, request: Request) -> Response:
        """Every category with those below it, in the order of the shop."""
        language = self.language(self.query(questions.InLanguage))
        return self.answer({"language": language, "categories": category_tree(language)})


class ChangesService(Service):
    scope = ApiKey.Scope.ARTICLES

    @described(
        "changes_read",
        "articles",
        "What changed since a cursor",
        questions.ChangesQuery,
        answers.Changes,
        also=["not-found"],
    )
    def get(self, request: Request) -> Response:
        """Articles that are new, changed or removed, oldest change first, ten seconds after the change.

        Keep ``next`` and send it as ``cursor`` the next time. An article that changes while you read comes
        again. An article changes with its brand, category, properties, pictures and your own number for it.
        With ``stock`` changes of stock come too, and are marked so. Numbers of deleted articles are known for
        400 days.

        With ``prices`` come the articles that may have another net price for you: marked ``price``, after a
        list price, an agreement of yours or of your price list, a metal content or eco-contribution was
        saved, began, ended or was deleted. What touches many articles is one entry without a number, marked
        ``prices``, and says of which: ``everything``, a ``category``, ``brand``, ``discount-group`` or
        ``metal``. Fetch those prices, or take a price file. An ``article`` may have another price too: it may
        be in another discount group now.
        """
        asked = self.query(questions.ChangesQuery)
        if asked.stock and ApiKey.Scope.STOCK not in self.scopes:
            raise ScopeMissing(ApiKey.Scope.STOCK)
        if asked.prices and ApiKey.Scope.PRICES not in self.scopes:
            raise ScopeMissing(ApiKey.Scope.PRICES)
        try:
            after = changes.read_cursor(asked.cursor) if asked.cursor else changes.beginning(asked.since)
        except changes.CursorInvalid:
            raise NamesNothing.parameter("cursor", "This is no cursor of an earlier answer.") from None
        found, cursor, more = changes.changes(
            organisation=self.organisation,
            after=after,
            limit=asked.limit,
            stock=asked.stock,
            prices=asked.prices,
        )
        return self.answer({"changes": found, "next": cursor, "more": more})


def _facet(facet: Facet) -> dict[str, Any]:
    return {
        "code": facet.code,
        "label": facet.label,
        "unit": facet.unit or None,
        "values": [
            {"code": value.code, "label": value.label, "count": value.count, "selected": value.selected}
            for value in facet.values
        ],
    }
