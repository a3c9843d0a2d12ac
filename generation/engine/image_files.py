"""Finished pixels to files: a deterministic PNG that says how it was made, and a thumbnail.

Text goes into iTXt chunks (UTF-8). Every PNG also carries the IPTC statement, as XMP, that it was
made by a trained algorithm.
"""

import io
from pathlib import Path
from typing import IO

from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from generation.engine.contract import EngineError

XMP_KEY = "XML:com.adobe.xmp"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
   xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
THUMBNAIL_QUALITY = 82
# A picture of 512 px: 35 ms and 176 KiB. Level 6 takes 70 ms for 170 KiB.
PNG_LEVEL = 4
MOST_PIXELS = 8192 * 8192


def encode_png(rgb: bytes, width: int, height: int, metadata: dict[str, str]) -> bytes:
    """The same pixels and metadata give the same bytes: no clock, no machine in the file."""
    chunks = PngInfo()
    for key, text in metadata.items():
        chunks.add_itxt(key, text)
    chunks.add_itxt(XMP_KEY, XMP)
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), rgb).save(
        out, "PNG", pnginfo=chunks, compress_level=PNG_LEVEL
    )
    return out.getvalue()


def thumbnail_webp(rgb: bytes, width: int, height: int, edge: int = 320) -> bytes:
    """A WebP whose longer side is at most `edge` pixels; never enlarged."""
    image = Image.frombytes("RGB", (width, height), rgb)
    image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=THUMBNAIL_QUALITY, method=2)
    return out.getvalue()


def read_metadata(source: bytes | str | Path) -> dict[str, str]:
    """The text written by `encode_png`, XMP included; raises EngineError for other files."""
    opened = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        return _texts(opened)
    except EngineError:
        raise
    # The decoder of a damaged file raises whatever it stumbles over.
    except Exception as error:
        raise EngineError("That file is not a PNG image, or a damaged one.") from error


def _texts(opened: IO[bytes] | str | Path) -> dict[str, str]:
    with Image.open(opened, formats=("PNG",)) as image:
        if image.width * image.height > MOST_PIXELS:
            raise EngineError("That image is larger than any that was made here.")
        image.load()
        text = image.text if isinstance(image, PngImageFile) else {}
        return {key: str(value) for key, value in text.items()}
