"""Articles, prices and stock from files of the trade: a format reads records, the engine applies them."""
