"""The one API object; each room brings its own router."""

from ninja import NinjaAPI

from generation.api import router as generations
from generation.api_refusals import refuse_plainly
from generation.look_api import router as looks
from stylepacks.api import router as packs

api = NinjaAPI(title="Housestyle", version="1", urls_namespace="api")
refuse_plainly(api)
api.add_router("/packs", packs)
api.add_router("/generations", generations)
api.add_router("/looks", looks)
