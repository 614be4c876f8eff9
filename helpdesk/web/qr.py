"""QR codes, drawn as one path that stands in the page itself."""

from dataclasses import dataclass

import qrcode


@dataclass(frozen=True)
class Code:
    """A QR code as one path, a unit for each of its modules."""

    size: int
    path: str


def code(said: str, *, error_correction: int = qrcode.ERROR_CORRECT_M) -> Code:
    """Draw `said`: runs of dark modules as rectangles, so that it is sharp at any size."""
    drawn = qrcode.QRCode(border=0, error_correction=error_correction)
    drawn.add_data(said)
    drawn.make()
    rows = drawn.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return Code(len(rows), "".join(runs))
