"""The label as SVG: the bitmap's runs as one path, so that Vietnamese letters need no font where it is shown."""

from typing import Any


def draw(bitmap: Any) -> bytes:
    """SVG of 100 by 150 mm of a mode "1" image."""
    width, height = bitmap.size
    raw, stride = bitmap.tobytes(), (width + 7) // 8
    path = []
    for y in range(height):
        bits = f"{int.from_bytes(raw[y * stride:(y + 1) * stride], 'big'):0{stride * 8}b}"[:width]
        x = bits.find("0")
        while x >= 0:
            end = bits.find("1", x)
            end = width if end < 0 else end
            path.append(f"M{x} {y}h{end - x}v1h{x - end}z")
            x = bits.find("0", end)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width / 8:g}mm" height="{height / 8:g}mm" '
            f'viewBox="0 0 {width} {height}" shape-rendering="crispEdges"><rect width="{width}" height="{height}" fill="#fff"/>'
            f'<path d="{"".join(path)}"/></svg>').encode()
