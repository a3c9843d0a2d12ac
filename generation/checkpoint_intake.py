"""Bring in a checkpoint: whatever it comes as, it is kept and rendered as a diffusers folder.

A folder stays where it is; a single file is converted, a model on the hub fetched, into
`checkpoints/` in the data folder. All of it happens here, once: a render only reads the folder.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.text import slugify

from stylepacks import checkpoints, hub
from stylepacks.checkpoints import CheckpointFacts
from stylepacks.errors import CheckpointUnreadable
from stylepacks.models import Checkpoint
from stylepacks.registering import register_checkpoint
from stylepacks.rules import licenses
from stylepacks.rules.digests import digest, file_digest
from stylepacks.rules.family_manners import manner_of

SHORT = 12
SLUG_CHARACTERS = 50
PROMPT_TOKENS = 75
SIDE = 1024
Say = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What an operator asks for. `config` is a diffusers folder for a single file's layers."""

    source: str
    slug: str
    name: str = ""
    license: str = ""
    revision: str = ""
    config: str = ""


def add_checkpoint(wanted: Wanted, say: Say) -> Checkpoint:
    """Bring the model in, read what it is, and register it under `wanted.slug`.

    `say` gets lines of progress. The same model again changes nothing but what is named anew;
    another model under a known slug leaves the old one to the packs that use it. PackError or
    EngineError, in one sentence, when it cannot be used.
    """
    _refuse_misuse(wanted)
    brought = _bring(wanted, say)
    facts = checkpoints.read(str(brought.folder))
    _require_renderable(facts.family)
    return register_checkpoint(wanted.slug, **_fields(wanted, brought, facts))


def _refuse_misuse(wanted: Wanted) -> None:
    try:
        validate_slug(wanted.slug)
        if wanted.license:
            licenses.validate(wanted.license)
    except (ValidationError, licenses.LicenseError) as error:
        raise CheckpointUnreadable(" ".join(getattr(error, "messages", [str(error)]))) from error
    if len(wanted.slug) > SLUG_CHARACTERS:
        raise CheckpointUnreadable(f"The slug is too long: {SLUG_CHARACTERS} characters at most.")
    path = Path(wanted.source).expanduser()
    if wanted.config and not path.is_file():
        raise CheckpointUnreadable("--config is for a single file: leave it out.")
    if path.exists():
        _license(wanted, "")
        if wanted.revision:
            raise CheckpointUnreadable("--revision is for a model on the hub: leave it out.")


def _bring(wanted: Wanted, say: Say) -> hub.Snapshot:
    path = Path(wanted.source).expanduser().resolve()
    if path.is_dir():
        return hub.Snapshot(path, path.name)
    if path.is_file():
        return _from_file(path, wanted.config, say)
    if hub.HUB_ID.fullmatch(wanted.source):
        return _from_hub(wanted, say)
    raise CheckpointUnreadable(
        f"There is no model at {wanted.source}: give a diffusers folder, a .safetensors file or a "
        "Hugging Face id such as owner/model."
    )


def _from_file(path: Path, config: str, say: Say) -> hub.Snapshot:
    family = checkpoints.read_single_file(path).family
    with path.open("rb") as stream:
        sha256 = file_digest(stream)
    folder = _root() / f"{slugify(path.stem) or 'model'}@{_conversion(sha256, config)[:SHORT]}"
    if not folder.is_dir():
        # torch is imported only here: what is refused is refused at once.
        from generation.engine.single_files import convert

        say(f"Converting {path.name} into {folder}.")
        convert(path, family, folder, Path(config) if config else None)
    return hub.Snapshot(folder, f"{path.name}, SHA-256 {sha256}")


def _conversion(sha256: str, config: str) -> str:
    if not config:
        return sha256
    folder = Path(config)
    if not (folder / "model_index.json").is_file():
        raise CheckpointUnreadable(
            f"--config names {config}, which has no model_index.json: name a diffusers folder of "
            "the same architecture."
        )
    read = {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*.json")}
    return digest({"file": sha256, "config": read})


def _from_hub(wanted: Wanted, say: Say) -> hub.Snapshot:
    def accept(pipeline: str) -> None:
        family = checkpoints.family_of_pipeline(pipeline)
        if family is None:
            raise CheckpointUnreadable(
                f"{wanted.source} is made for {pipeline or 'no pipeline'}, which Housestyle does "
                "not know: choose another model."
            )
        _require_renderable(family)

    return hub.fetch(wanted.source, wanted.revision, _root(), accept, say)


def _root() -> Path:
    root = Path(settings.DATA_DIR) / "checkpoints"
    root.mkdir(parents=True, exist_ok=True)
    return root


def _require_renderable(family: str) -> None:
    from generation.engine.pipelines import family_named

    family_named(family)


def _fields(wanted: Wanted, brought: hub.Snapshot, facts: CheckpointFacts) -> dict[str, Any]:
    known = Checkpoint.objects.filter(slug=wanted.slug).first()
    fields = {
        "name": wanted.name or (known.name if known else wanted.slug.replace("-", " ").title()),
        "license": _license(wanted, brought.license),
        "location": checkpoints.location_of(brought.folder),
        "source": brought.source,
        "family": facts.family,
        "digest": facts.digest,
        "files": facts.files,
        "cross_attention_width": facts.cross_attention_width,
    }
    if known is not None and known.digest == facts.digest:
        return fields  # what an operator set since then stays
    side = facts.side or SIDE
    tokens = facts.max_prompt_tokens or PROMPT_TOKENS
    manner = manner_of(facts.family)
    return {
        **fields,
        "max_prompt_tokens": tokens,
        "default_width": side,
        "default_height": side,
        "draft_sampler": manner.draft_sampler,
        "draft_guidance": manner.draft_guidance,
    }


def _license(wanted: Wanted, named: str) -> str:
    known = Checkpoint.objects.filter(slug=wanted.slug).values_list("license", flat=True).first()
    license = wanted.license or licenses.of_model_page(named) or known
    if not license:
        raise CheckpointUnreadable(
            "Its license is not known: name it with --license, by its SPDX identifier, or as "
            "LicenseRef-… where it has none."
        )
    return license
