"""A picture of theirs made into one of ours."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from tickets import logos


def picture(kind="PNG", size=(800, 200), mode="RGB", **options):
    made = BytesIO()
    Image.new(mode, size, "teal").save(made, kind, **options)
    return made.getvalue()


@pytest.mark.parametrize(
    ("given", "size"),
    [
        pytest.param(picture(), (600, 150), id="a wide one"),
        pytest.param(picture(size=(100, 1200)), (50, 600), id="a high one"),
        pytest.param(picture(size=(64, 64)), (64, 64), id="a small one stays"),
        pytest.param(picture("JPEG"), (600, 150), id="a JPEG"),
        pytest.param(picture("JPEG", mode="CMYK"), (600, 150), id="for a press"),
        pytest.param(picture(mode="P"), (600, 150), id="with a palette"),
    ],
)
def test_it_is_a_png_of_ours(given, size):
    made = Image.open(BytesIO(logos.tidied(given)))

    assert (made.format, made.size) == ("PNG", size)


def test_what_is_seen_through_stays_so():
    made = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(made, "PNG")

    assert Image.open(BytesIO(logos.tidied(made.getvalue()))).getpixel((0, 0))[3] == 0


def test_nothing_else_comes_along():
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "where the owner lives")
    given = picture(pnginfo=said)

    assert b"where the owner lives" in given
    assert b"where the owner lives" not in logos.tidied(given)


def test_a_picture_turned_by_its_note_is_turned():
    note = Image.Exif()
    note[0x0112] = 6  # to be turned by a quarter

    made = logos.tidied(picture("JPEG", size=(200, 100), exif=note))

    assert Image.open(BytesIO(made)).size == (100, 200)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(b"", "no picture we can read", id="nothing"),
        pytest.param(b"<svg onload='x()'/>", "no picture we can read", id="a drawing"),
        pytest.param(picture("GIF"), "no picture we can read", id="another kind"),
        pytest.param(picture()[:200], "no picture we can read", id="the half of one"),
        pytest.param(b"x" * (logos.LARGEST + 1), "more than 2 MB", id="a large file"),
        pytest.param(picture(size=(9000, 9000), mode="1"), "too many pixels", id="a bomb"),
    ],
)
def test_what_cannot_be_the_logo_is_said(given, said):
    with pytest.raises(logos.BadPicture, match=said):
        logos.tidied(given)
