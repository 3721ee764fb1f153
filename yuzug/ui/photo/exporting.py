"""A face that a person corrected, for those who choose to take it along for training.

The page sends the crop that it shows and gets an archive back; neither is kept.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

from yuzug.emotions import Emotion
from yuzug.errors import YuzugError
from yuzug.images import load_image, png_bytes
from yuzug.models.preprocess import to_grey
from yuzug.ui.server.uploads import bytes_of_data_url

_LABELS = frozenset(emotion.value for emotion in Emotion)


def link(url: object, label: str | None) -> str:
    """A link that saves the face of this data URL under this label; empty where there is none."""
    try:
        face = load_image(bytes_of_data_url(url)) if isinstance(url, str) else None
    except YuzugError:  # not what our page sends, so there is nobody to tell
        face = None
    if face is None or label not in _LABELS:
        return ""
    packed = base64.b64encode(archive(png_bytes(to_grey(face)), str(label))).decode()
    return f'<a download="yuzug-{label}.zip" href="data:application/zip;base64,{packed}"></a>'


def archive(png: bytes, label: str) -> bytes:
    """A zip that holds the picture as ``label/face-….png``.

    Unpacked into one folder, several of them make the ``label/*.png`` that ``yuzug train`` reads.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as folder:
        # Another name for another face, and a date that tells nothing.
        name = f"{label}/face-{hashlib.sha256(png).hexdigest()[:12]}.png"
        folder.writestr(zipfile.ZipInfo(name), png)
    return packed.getvalue()
