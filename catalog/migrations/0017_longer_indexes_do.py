import django.db.models.deletion
from django.db import migrations, models

# As Django called the indexes of the keys, on both databases: another index of each table begins with them.
REPEATED = {
    "catalog_listprice_price_list_id_dc0574e2": ("catalog_listprice", "price_list_id"),
    "catalog_stock_product_id_59bc52cc": ("catalog_stock", "product_id"),
}


def key(model, name, to, **options):
    field = models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=to, **options)
    return migrations.AlterField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0016_found_by_reference"),
        ("customers", "0003_price_extras"),
    ]

    operations = [
        # SQLite would write the tables anew for it, millions of rows, once for each key.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")'
                )
                for name, (table, column) in REPEATED.items()
            ],
            state_operations=[
                key(
                    "listprice", "price_list", "customers.pricelist", related_name="prices",
                    verbose_name="price list",
                ),
                key("stock", "product", "catalog.product", related_name="stock", verbose_name="article"),
            ],
        ),
    ]
