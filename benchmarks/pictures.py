"""How long a picture of 12 megapixels takes to be made ready, and how small it becomes.

    python benchmarks/pictures.py

In this process, without the sandbox's 3 ms or so a call; the fastest of five.
"""

from __future__ import annotations

import io
import random
import time

from PIL import Image, ImageFilter

from digest.picture import Shape
from digest.preparing import Prepared, develop

SIZE = (4000, 3000)
SHAPES = {
    "lead": Shape(width=592, height=368, paper="#fcfbf8"),
    "thumbnail": Shape(width=216, height=144, paper="#fcfbf8"),
    "linked lead": Shape(width=592, paper="#fcfbf8"),
}


def photograph() -> Image.Image:
    """Give something with light, shade and grain, as a camera has it, always the same."""
    grain = Image.frombytes("RGB", (500, 375), random.Random(1).randbytes(500 * 375 * 3))
    light = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    soft = grain.filter(ImageFilter.GaussianBlur(3)).resize(SIZE, Image.Resampling.BICUBIC)
    fine = Image.effect_noise(SIZE, 30).convert("RGB")
    return Image.blend(Image.blend(light, soft, 0.5), fine, 0.15)


def timed(data: bytes, shape: Shape) -> tuple[float, Prepared]:
    took = []
    for _ in range(5):
        start = time.perf_counter()
        made = develop(data, shape)
        took.append(time.perf_counter() - start)
    return min(took), made


def main() -> None:
    picture = photograph()
    for kind, options in (("JPEG", {"quality": 92}), ("PNG", {"compress_level": 1})):
        file = io.BytesIO()
        picture.save(file, kind, **options)
        data = file.getvalue()
        for name, shape in SHAPES.items():
            seconds, made = timed(data, shape)
            print(
                f"{kind:4} {len(data) / 1e6:5.1f} MB → {name:12} {made.width} × {made.height}, "
                f"{len(made.data) / 1e3:6.1f} kB {made.kind}, {seconds * 1000:5.0f} ms"
            )


if __name__ == "__main__":
    main()
