"""A camera's picture of labels, as a file that Chromium takes for its camera."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import numpy as np
import qrcode
from PIL import Image, ImageFilter
from playwright.async_api import Browser

WIDTH, HEIGHT, MODULE = 640, 480, 8
Filming = Callable[[Path], AbstractAsyncContextManager[Browser]]  # a Chromium whose camera sees this film


def seen(text: str, *, degrees: float = 7, blur: float = 0.8) -> Image.Image:
    """A QR held before a camera: grey ground, turned a little, not quite sharp."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    drawn = np.where(np.kron(np.array(code.get_matrix()), np.ones((MODULE, MODULE), dtype=bool)), 25, 235).astype(np.uint8)
    ground = Image.new("L", (WIDTH, HEIGHT), 120)
    label = Image.fromarray(drawn)
    label.thumbnail((HEIGHT - 60, HEIGHT - 60))
    ground.paste(label, ((WIDTH - label.width) // 2, (HEIGHT - label.height) // 2))
    return ground.rotate(degrees, fillcolor=120, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(blur))


def held(label: Image.Image, *, width: int = 1280, height: int = 720, blur: float = 0.6) -> Image.Image:
    """A whole label before a camera, lying on its side, as a courier holds an envelope."""
    ground = Image.new("L", (width, height), 120)
    turned = label.convert("L").rotate(90, expand=True)
    turned.thumbnail((width - 20, height - 20), Image.Resampling.LANCZOS)
    ground.paste(turned, ((width - turned.width) // 2, (height - turned.height) // 2))
    return ground.filter(ImageFilter.GaussianBlur(blur))


def y4m(path: Path, pictures: list[Image.Image], *, times: int = 10) -> Path:
    """The pictures one after the other, each ``times`` frames long, at ten frames a second; Chromium begins anew at the end."""
    width, height = pictures[0].size
    grey = bytes([128]) * (width * height // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            file.write((b"FRAME\n" + picture.tobytes() + grey) * times)
    return path
