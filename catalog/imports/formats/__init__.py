"""The formats, one module or folder each; importing this registers them."""
