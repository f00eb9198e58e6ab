"""``python -m bench.filling 100000``: the demo and more articles like it, made by a process of its own.

What making them takes, in time and in memory, is no part of what is measured afterwards.
"""

import io
import subprocess
import sys
import time

from bench.figures import say


def fill(count: int = 0) -> None:
    """Loads the demo into a database without articles, and brings it to ``count`` with their net prices."""
    from catalog.models import Product

    have = Product.objects.count()
    if have and have >= count:
        return
    subprocess.check_call([sys.executable, "-m", "bench.filling", str(count)])


def main(count: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench import assortment

    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    assortment.fill(count)
    if count:
        say("assortment, with 3 net prices each", f"{count:,} in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]))
