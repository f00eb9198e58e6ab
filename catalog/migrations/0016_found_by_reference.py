import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

# As Django called the indexes of the keys, on both databases.
UNUSED = {
    "catalog_agreement_organisation_id_d144f06d": ("catalog_agreement", "organisation_id"),
    "catalog_agreement_price_list_id_be61faed": ("catalog_agreement", "price_list_id"),
    "catalog_agreement_brand_id_76c4ffe0": ("catalog_agreement", "brand_id"),
    "catalog_agreement_category_id_cd807049": ("catalog_agreement", "category_id"),
    "catalog_stock_site_id_58914dfd": ("catalog_stock", "site_id"),
}


def key(model, name, to, **options):
    options |= {"blank": True, "null": True} if model == "agreement" else {}
    related = "agreements" if model == "agreement" else "stock"
    return migrations.AlterField(
        model_name=model,
        name=name,
        field=models.ForeignKey(
            db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related, to=to, **options
        ),
    )


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0015_articles_not_sold_as_usual"),
        ("customers", "0003_price_extras"),
    ]

    operations = [
        # SQLite would write the tables anew for it, millions of rows, once for each key.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")'
                )
                for name, (table, column) in UNUSED.items()
            ],
            state_operations=[
                key("agreement", "brand", "catalog.brand", verbose_name="brand"),
                key("agreement", "category", "catalog.category", verbose_name="category"),
                key("agreement", "organisation", "customers.organisation", verbose_name="organisation"),
                key(
                    "agreement", "price_list", "customers.pricelist", verbose_name="price list",
                    help_text="For everybody on this price list, in place of one organisation.",
                ),
                key("stock", "site", "catalog.stocksite", verbose_name="site"),
            ],
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                condition=models.Q(("brand__isnull", False)), fields=["brand"], name="agreement_brands"
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(
                condition=models.Q(("category__isnull", False)), fields=["category"],
                name="agreement_categories",
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(django.db.models.functions.text.Lower("reference"), name="agreement_reference"),
        ),
        migrations.AddIndex(
            model_name="stock",
            index=models.Index(fields=["site", "product"], name="stock_of_site"),
        ),
    ]
