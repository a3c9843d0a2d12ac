"""Run by `starting`: opens the engine, says "ready", renders one request, says its digests."""

import hashlib
import json
import sys

from benchmarks.engine.ours import Ours, Setup
from generation.engine import contract


def main() -> None:
    setup, wanted, usual = sys.argv[1:]
    request = contract.from_json(usual)
    # As a worker whose looks all guide, and which has no draft: one pass of the denoiser.
    ours = Ours(Setup(*json.loads(setup)), request, (request.guidance,))
    print("ready", flush=True)
    picture = hashlib.sha256(ours.render(contract.from_json(wanted))).hexdigest()
    print(json.dumps({"picture": picture, "weights": ours.weights_digest()}), flush=True)


if __name__ == "__main__":
    main()
