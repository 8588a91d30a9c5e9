"""What happens to a label on its way, seeded: turned, blurred, crumpled, blotted; ``dots`` are a picture's to the millimetre."""

import random
from typing import Any

import numpy
from PIL import Image, ImageDraw, ImageFilter

Damage = str
DAMAGES: tuple[Damage, ...] = (
    "none", "rotated", "blurred", "badly blurred", "crumpled", "badly crumpled", "blotted", "all but blots")


def harmed(image: Image.Image, damage: Damage, draw: random.Random, dots: float, leaning: float) -> Image.Image:
    """The picture after it; rotated by quarter turns and up to ``leaning`` degrees more."""
    image = image.convert("L")
    if damage in ("rotated", "all but blots"):
        angle = draw.choice((0, 90, 180, 270)) + draw.uniform(-leaning, leaning)
        image = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    if damage in ("crumpled", "badly crumpled", "all but blots"):
        image = crumpled(image, draw, dots, 0.6 if damage == "badly crumpled" else 0.35, 15)
    if damage == "blotted":
        image = blotted(image, draw, 0.05)
    if damage in ("blurred", "badly blurred", "all but blots"):
        image = image.filter(ImageFilter.GaussianBlur(dots * (0.22 if damage == "badly blurred" else 0.12)))
    return image


def crumpled(image: Image.Image, draw: random.Random, dots: float, millimetres: float, folds: float) -> Image.Image:
    """Each point moved by a smooth field of at most so many millimetres, with shadows; ``folds`` millimetres from fold to fold."""
    width, height = image.size
    across, down, light = (_field(width, height, draw, dots * folds) for _ in range(3))
    y, x = numpy.mgrid[0:height, 0:width]
    from_x = numpy.clip(x + across * millimetres * dots, 0, width - 1).astype(int)
    from_y = numpy.clip(y + down * millimetres * dots, 0, height - 1).astype(int)
    dark = numpy.asarray(image)[from_y, from_x] * (0.8 + 0.2 * light)
    return Image.fromarray(numpy.clip(dark, 0, 255).astype(numpy.uint8))


def _field(width: int, height: int, draw: random.Random, fold: float) -> Any:
    """Values of -1 to 1 that change over so many dots."""
    coarse = (max(3, int(width / fold)), max(3, int(height / fold)))
    noise = Image.frombytes("L", coarse, bytes(draw.randrange(256) for _ in range(coarse[0] * coarse[1])))
    return numpy.asarray(noise.resize((width, height), Image.Resampling.BICUBIC), numpy.float32) / 127.5 - 1


def blotted(image: Image.Image, draw: random.Random, share: float) -> Image.Image:
    """One blot over so much of the picture's inner part; a corner mark of a QR hides it whole, so there none falls."""
    width, height = image.size
    pen, side = ImageDraw.Draw(image), (width * height * share) ** 0.5
    x, y = draw.uniform(0.34 * width, 0.66 * width - side / 2), draw.uniform(0.34 * height, 0.66 * height - side / 2)
    pen.ellipse((x, y, x + side, y + side), fill=0)
    return image
