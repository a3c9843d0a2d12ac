"""`manage.py add_checkpoint SOURCE --slug SLUG`: bring in a base model of one's own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.checkpoint_intake import SHORT, Wanted, add_checkpoint
from generation.engine.contract import EngineError
from stylepacks.errors import PackError
from stylepacks.models import Checkpoint


class Command(BaseCommand):
    help = (
        "Bring in a base model: a diffusers folder stays where it is, a single .safetensors file "
        "is converted and a model on the Hugging Face hub fetched into the data folder. A fetch "
        "that was cut goes on where it stopped when the command is run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source", metavar="SOURCE", help="a folder, a .safetensors file or owner/model"
        )
        parser.add_argument("--slug", required=True, help="what packs and commands call it")
        parser.add_argument("--name", default="", help="what people read (default: from the slug)")
        parser.add_argument("--license", default="", metavar="SPDX", help="e.g. Apache-2.0")
        parser.add_argument(
            "--revision",
            default="",
            metavar="SHA",
            help="on the hub: the commit to fetch (default: today's newest, and it is printed)",
        )
        parser.add_argument(
            "--config",
            default="",
            metavar="FOLDER",
            help="for a single file with unusual layers: a diffusers folder that describes them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("source", "slug", "name", "license", "revision", "config")
        try:
            checkpoint = add_checkpoint(
                Wanted(**{name: options[name] for name in names}), self._say
            )
        except (PackError, EngineError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"It could not be kept: {error.strerror or error}.") from error
        self._say(_told(checkpoint))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _told(checkpoint: Checkpoint) -> str:
    return (
        f"{checkpoint.slug}: {checkpoint.get_family_display()}, "
        f"{checkpoint.default_width} x {checkpoint.default_height}, {len(checkpoint.files)} files "
        f"({checkpoint.digest[:SHORT]}) at {checkpoint.location}"
    )
