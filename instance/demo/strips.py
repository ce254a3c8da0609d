"""A rhythm strip for the demonstration, drawn here: of nobody, with nothing else in its file."""

import math
import random
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw

_SIZE = (1400, 360)
_SQUARE = 8  # pixels a millimetre
_PAPER, _FINE, _COARSE, _INK = "#fffafa", "#f6d5d5", "#e9a9a9", "#1b1b1f"
_BASE, _GAIN = 220, 110
_SPIKE = ((-6, 0.0), (-4, -0.12), (0, 1.3), (4, -0.3), (7, 0.0))  # pixels from R, millivolts
_WAVE = ((22, 0.0), (34, 0.22), (46, 0.0))


def atrial_fibrillation() -> bytes:
    """A PNG: no P waves, a restless baseline, and no two beats as far apart as the ones before."""
    picture = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(picture)
    _grid(pen)
    pen.line(_trace(random.Random(1)), fill=_INK, width=2)  # noqa: S311 (the same strip each time)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _grid(pen: ImageDraw.ImageDraw) -> None:
    width, height = _SIZE
    for step, colour in ((_SQUARE, _FINE), (5 * _SQUARE, _COARSE)):
        for x in range(0, width, step):
            pen.line((x, 0, x, height), fill=colour)
        for y in range(0, height, step):
            pen.line((0, y, width, y), fill=colour)


def _trace(chance: random.Random) -> list[tuple[float, float]]:
    heights = [0.04 * math.sin(x / 5.3) + 0.03 * math.sin(x / 3.1 + 1) for x in range(_SIZE[0])]
    beat = 60
    while beat < _SIZE[0] - 60:
        for shape in (_SPIKE, _WAVE):
            for (x1, y1), (x2, y2) in pairwise(shape):
                for x in range(x1, x2):
                    heights[beat + x] += y1 + (y2 - y1) * (x - x1) / (x2 - x1)
        beat += chance.randint(85, 190)
    return [(float(x), _BASE - _GAIN * height) for x, height in enumerate(heights)]
