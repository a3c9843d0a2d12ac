"""Making images: requests, their images, the workers, and who was served how much."""

from generation.models.archive import Archived
from generation.models.gallery import Like, Report, Standing
from generation.models.generations import GeneratedImage, Generation
from generation.models.incidents import DeadLetter, Incident
from generation.models.keeping import Board, Favourite, OnBoard
from generation.models.looks import LookSheet
from generation.models.removals import Removal
from generation.models.sharing import Share
from generation.models.workers import FairShare, StepPreview, Worker

__all__ = [
    "Archived",
    "Board",
    "DeadLetter",
    "FairShare",
    "Favourite",
    "GeneratedImage",
    "Generation",
    "Incident",
    "Like",
    "LookSheet",
    "OnBoard",
    "Removal",
    "Report",
    "Share",
    "Standing",
    "StepPreview",
    "Worker",
]
