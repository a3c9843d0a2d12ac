"""The one API object; each room brings its own router."""

from ninja import NinjaAPI

from generation.api import router as generations
from stylepacks.api import router as packs

api = NinjaAPI(title="Housestyle", version="1", urls_namespace="api")
api.add_router("/packs", packs)
api.add_router("/generations", generations)
