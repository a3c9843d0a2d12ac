"""Which files of a published model are its diffusers folder: the rest is left where it is.

Repositories hold the same weights several times: as one file, as pickles, in half precision, for
other frameworks. What renders is `model_index.json` and the folders of the components it lists.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Never loaded: renders are looked at by other means than the old filter for photographs.
NOT_LOADED = {"safety_checker", "feature_extractor"}
COMPONENT = re.compile(r"\w+")
PLAIN = re.compile(r"[^.]+\.safetensors(\.index\.json)?")
HALF = re.compile(r"[^.]+\.fp16(-\d+-of-\d+)?\.safetensors|[^.]+\.safetensors\.index\.fp16\.json")
WEIGHTS = re.compile(r"\.safetensors(\.index(\.\w+)?\.json)?$")
CONFIGURATION = (".json", ".txt", ".model", ".jinja")
PICKLED = (".bin", ".pt", ".ckpt", ".pth")
INDEX = "model_index.json"


class FilesUnfit(ValueError):
    """A repository that holds no folder to render from; the message is one plain sentence."""


def wanted(names: Iterable[str], index: Mapping[str, Any]) -> list[str]:
    """Of these paths, the ones that a render needs, by the components that `index` lists.

    Weights in the precision they were published in, or in half precision where there is no other.
    FilesUnfit when a component is there as pickles only.
    """
    listed = set(names)
    chosen = [INDEX]
    for component in sorted(components(index)):
        inside = sorted(name for name in listed if _folder_of(name) == component)
        chosen += _of_component(component, inside)
    return chosen


def components(index: Mapping[str, Any]) -> set[str]:
    """The parts of the pipeline that are loaded; one that was left out is listed as nulls."""
    return {
        name
        for name, kind in index.items()
        if COMPONENT.fullmatch(name) and isinstance(kind, list) and kind and kind[0]
    } - NOT_LOADED


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


def _of_component(component: str, inside: list[str]) -> list[str]:
    weights = [name for name in inside if WEIGHTS.search(name)]
    plain = [name for name in weights if PLAIN.fullmatch(name.rpartition("/")[2])]
    half = [name for name in weights if HALF.fullmatch(name.rpartition("/")[2])]
    if not (plain or half) and any(name.endswith(PICKLED) for name in inside):
        raise FilesUnfit(
            f"Its {component} is published as a pickle only, which can run code when opened: "
            "choose a model that is published as safetensors."
        )
    others = [name for name in inside if name.endswith(CONFIGURATION) and name not in weights]
    return others + (plain or half)
