"""The shop's logo: a picture of theirs made into one of ours. Pure."""

from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LARGEST = 2 * 1024 * 1024  # bytes, as it comes
WIDEST = 600  # pixels either way, as we keep it
MOST_PIXELS = 40_000_000  # as it comes: a small file may unfold to gigabytes


class BadPicture(ValueError):
    """This cannot be the logo; the text says why, for staff to read."""


def tidied(raw: bytes) -> bytes:
    """Return a picture as a PNG of ours, with nothing in it but what is seen. Raises BadPicture."""
    if len(raw) > LARGEST:
        raise BadPicture(_("That is more than 2 MB. Make it smaller: 600 pixels are enough."))
    try:
        picture = Image.open(BytesIO(raw), formats=("PNG", "JPEG"))
        if picture.width * picture.height > MOST_PIXELS:
            raise BadPicture(_("That has too many pixels. Make it smaller: 600 are enough."))
        seen = ImageOps.exif_transpose(picture)
        seen = seen.convert("RGBA" if seen.has_transparency_data else "RGB")
    except BadPicture:
        raise
    # What a broken file makes a decoder raise.
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise BadPicture(_("That is no picture we can read. Take a PNG or a JPEG.")) from None
    seen.thumbnail((WIDEST, WIDEST))
    made = BytesIO()
    bare = Image.new(seen.mode, seen.size)  # without what else the file had to say
    bare.paste(seen)
    bare.save(made, "PNG", optimize=True)
    return made.getvalue()
