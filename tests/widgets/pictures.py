"""Pictures that are small enough to be kept: PNG with a palette of the colours that a page is made of."""

import base64
import struct
import zlib
from typing import Final

from playwright.async_api import Page

_COLOURS_MAX: Final = 128

# The most frequent colours stay as they are; the steps of smoothed letters between them go to the nearest.
_REDUCE: Final = """
async ([source, limit]) => {
  const bytes = Uint8Array.from(atob(source), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const frequent = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const palette = [];
  const far = (one, other) => parts(one).some((part, place) => Math.abs(part - parts(other)[place]) > 4);
  for (const [pixel] of frequent) {
    if (palette.length < limit && palette.every((kept) => far(kept, pixel))) palette.push(pixel);
  }
  const nearest = new Map();
  for (const [pixel] of frequent) {
    const [red, green, blue] = parts(pixel);
    let best = 0;
    let least = Infinity;
    palette.forEach((kept, place) => {
      const [r, g, b] = parts(kept);
      const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (distance < least) [best, least] = [place, distance];
    });
    nearest.set(pixel, best);
  }
  const rows = new Uint8Array(pixels.length);
  pixels.forEach((pixel, place) => { rows[place] = nearest.get(pixel); });
  let text = "";
  for (let at = 0; at < rows.length; at += 8192) text += String.fromCharCode(...rows.subarray(at, at + 8192));
  return [picture.width, picture.height, palette.flatMap(parts), btoa(text)];
}
"""


async def reduced(png: bytes, desk: Page) -> bytes:
    """The picture with at most 128 colours. `desk` is any empty page, for Chromium to do it in."""
    source = base64.b64encode(png).decode()
    width, height, palette, indexes = await desk.evaluate(_REDUCE, [source, _COLOURS_MAX])
    pixels = base64.b64decode(indexes)
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", bytes(palette)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
