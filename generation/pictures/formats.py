"""A finished picture in another format or twice as large, with what is known about it kept.

The PNG that was delivered is the original and is never touched. A copy carries the same facts as
XMP and a credential of its own that names the original. Its pixels are no longer the rendered
ones: WebP and JPEG round them, and enlarging only resamples, it invents nothing.
"""

import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from generation.engine.provenance import Signer
from stylepacks.pictures import opened

XMP_KEY = "XML:com.adobe.xmp"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
FACTS_SPACE = "https://housestyle.invalid/ns/1.0/"
LARGEST_EDGE = 8192
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Format:
    """One kind of file that a picture can be saved as."""

    name: str
    kind: str
    ending: str


FORMATS = {
    "png": Format("PNG", "image/png", "png"),
    "webp": Format("WebP", "image/webp", "webp"),
    "jpeg": Format("JPEG", "image/jpeg", "jpg"),
}


def copy_of(png: bytes, format: Format, scale: int = 1) -> bytes:
    """The picture in `format`, `scale` times as large; the original's own bytes where it can be."""
    if format.ending == "png" and scale == 1:
        return png
    image, facts = _opened(png)
    if scale > 1:
        size = (image.width * scale, image.height * scale)
        image = image.resize(size, Image.Resampling.LANCZOS)
        facts["resampled"] = f"{scale} times as large, by Lanczos resampling"
    copy = _encoded(image, format, facts)
    signer = _signer()
    return signer.sign_copy(copy, png, signer.verify(png))


def bare_copy(png: bytes, edge: int = 0) -> bytes:
    """A JPEG that says nothing but that a model made it: for eyes that may not read the words."""
    image, _ = _opened(png)
    if edge:
        image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return _encoded(image, FORMATS["jpeg"], {})


def _opened(png: bytes) -> tuple[Image.Image, dict[str, str]]:
    picture = opened(png)
    text = dict(getattr(picture, "text", {}))
    return picture.convert("RGB"), {k: str(v) for k, v in text.items() if k != XMP_KEY}


def _encoded(image: Image.Image, format: Format, facts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    if format.ending == "png":
        image.save(out, "PNG", pnginfo=_chunks(facts), compress_level=4)
    elif format.ending == "webp":
        image.save(out, "WEBP", quality=92, method=4, xmp=_xmp(facts).encode())
    else:
        image.save(out, "JPEG", quality=92, subsampling=0, xmp=_xmp(facts).encode())
    return out.getvalue()


def _chunks(facts: dict[str, str]) -> PngInfo:
    chunks = PngInfo()
    for key, text in facts.items():
        chunks.add_itxt(key, text)
    chunks.add_itxt(XMP_KEY, _xmp({}))
    return chunks


def _xmp(facts: dict[str, str]) -> str:
    said = "".join(
        f"\n   <house:{name}>{escape(NOT_IN_XML.sub('', text))}</house:{name}>"
        for name, text in facts.items()
        if name.isidentifier()
    )
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
   xmlns:house={quoteattr(FACTS_SPACE)}
   xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}">{said}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


@cache
def _signer() -> Signer:
    return Signer(Path(settings.DATA_DIR) / "provenance")
