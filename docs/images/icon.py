"""Draws icon.png, the icon of the packages: a phantom of a head whose left half is noise and whose right half is restored."""
import struct
import zlib
from pathlib import Path

import numpy

SIZE, FINE = 128, 4

y, x = numpy.mgrid[0:SIZE * FINE, 0:SIZE * FINE] / (SIZE * FINE / 2) - 1 + 1 / (SIZE * FINE)


def ellipse(cx, cy, rx, ry):
    return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1


image = numpy.zeros_like(x)
for shape, value in [
    (ellipse(0, 0, 0.66, 0.8), 1.0),       # skull
    (ellipse(0, 0, 0.57, 0.71), 0.45),     # brain
    (ellipse(-0.2, -0.1, 0.13, 0.3), 0.12),  # ventricles
    (ellipse(0.2, -0.1, 0.13, 0.3), 0.12),
    (ellipse(0, 0.42, 0.16, 0.1), 0.8),
]:
    image[shape] = value

image = image.reshape(SIZE, FINE, SIZE, FINE).mean((1, 3))
noise = numpy.random.default_rng(1).normal(0, 0.28, (SIZE // 4, SIZE // 4)).repeat(4, 0).repeat(4, 1)
blocks = image.reshape(SIZE // 4, 4, SIZE // 4, 4).mean((1, 3)).repeat(4, 0).repeat(4, 1)
head = ellipse(0, 0, 0.66, 0.8).reshape(SIZE, FINE, SIZE, FINE).mean((1, 3))
left = numpy.arange(SIZE) < SIZE // 2
image = numpy.where(left, numpy.clip(blocks + noise * head, 0, 1), image)

dark, bright = numpy.array([18, 32, 58]), numpy.array([214, 240, 255])
rgb = dark + image[..., None] * (bright - dark)
rgb[:, SIZE // 2 - 1:SIZE // 2 + 1] = [255, 176, 59]

corner = 0.24
outside = numpy.hypot(numpy.maximum(abs(x) - 1 + corner, 0), numpy.maximum(abs(y) - 1 + corner, 0)) > corner
alpha = 255 * (1 - outside.reshape(SIZE, FINE, SIZE, FINE).mean((1, 3)))
pixels = numpy.dstack([rgb, alpha]).round().astype("u1")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + row.tobytes() for row in pixels)
Path(__file__).with_name("icon.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", SIZE, SIZE, 8, 6, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
