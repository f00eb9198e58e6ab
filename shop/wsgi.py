import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from shop.garbage import collect_between_requests  # noqa: E402

# What is loaded at the start lives as long as the process. Frozen, it is not walked through by every full
# garbage collection, which otherwise takes 100 ms out of the request that happens to set it off.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
collect_between_requests()
