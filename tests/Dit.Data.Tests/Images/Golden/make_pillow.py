#!/usr/bin/python3
"""Writes pillow.zip: image files, and what Pillow (Debian: python3-pil, python3-numpy) makes of them.

cases.json lists {"file", "kind": "decode" | "crop" | "resize", "height", "width", "channels", "size"?, "filter"?}; the expected
bytes of the n-th case, [H, W, C], are in n.bin. No test needs Pillow; run this only to change the set.
"""
import io
import json
import pathlib
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image, ImageOps

random = np.random.default_rng(0)
files, cases = {}, []


def picture(width, height):
    """Waves, edges and noise, in colours."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    phases = random.uniform(0, 6, 3)
    waves = [120 + 70 * np.sin(x / 9 + phases[c] + y / 31) + 50 * np.cos(y / (6 + c) - x / 40) for c in range(3)]
    pixels = np.stack(waves, -1) + 40 * ((x // 23 + y // 17) % 2)[..., None] + random.normal(0, 0.7, (height, width, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def center_crop_arr(image, size):
    """ADM's crop, as section "data" of the systems' description says it."""
    while min(*image.size) >= 2 * size:
        image = image.resize(tuple(side // 2 for side in image.size), resample=Image.BOX)
    scale = size / min(*image.size)
    pixels = np.array(image.resize(tuple(round(side * scale) for side in image.size), resample=Image.BICUBIC))
    top, left = (pixels.shape[0] - size) // 2, (pixels.shape[1] - size) // 2
    return pixels[top:top + size, left:left + size]


def rgb(image):
    """Upright, alpha over white, RGB or grey."""
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode == "L" else image.convert("L" if image.mode == "1" else "RGB")


def case(file, kind, pixels, **more):
    pixels = np.asarray(pixels)
    channels = 1 if pixels.ndim == 2 else 3
    files[f"{len(cases)}.bin"] = pixels.tobytes()
    cases.append({"file": file, "kind": kind, "height": pixels.shape[0], "width": pixels.shape[1], "channels": channels, **more})


def add(name, image, **options):
    data = io.BytesIO()
    image.save(data, name.split(".")[-1].replace("jpg", "jpeg"), **options)
    files[name] = data.getvalue()
    return Image.open(io.BytesIO(files[name]))


def decode(name, image, **options):
    case(name, "decode", rgb(add(name, image, **options)))


def exif(orientation):
    tags = Image.Exif()
    tags[274] = orientation
    return tags


small = picture(37, 26)
alpha = Image.fromarray(random.integers(0, 256, (26, 37), np.uint8))
decode("rgb.png", small)
decode("grey.png", small.convert("L"))
decode("one-bit.png", small.convert("1"))
decode("palette.png", small.quantize(50))
decode("palette-transparent.png", small.quantize(50), transparency=bytes(range(0, 250, 5)))
with_alpha = small.copy()
with_alpha.putalpha(alpha)
decode("rgba.png", with_alpha)
grey_alpha = small.convert("LA")
grey_alpha.putalpha(alpha)
decode("grey-alpha.png", grey_alpha)
for name, options in {"444": {"subsampling": 0}, "422": {"subsampling": 1}, "420": {"subsampling": 2}, "progressive": {"progressive": True}}.items():
    decode(f"{name}.jpg", picture(61, 43), quality=88, **options)
decode("grey.jpg", picture(61, 43).convert("L"), quality=88)
for orientation in range(1, 9):
    decode(f"orientation-{orientation}.jpg", picture(29, 19), quality=90, exif=exif(orientation))
decode("orientation.png", picture(29, 19), exif=exif(6))
decode("lossy.webp", small, quality=80)
decode("lossless.webp", small, lossless=True)
decode("alpha.webp", with_alpha, lossless=True)
decode("a.gif", small.quantize(64))
decode("two.gif", small.quantize(64), save_all=True, append_images=[picture(37, 26).quantize(64)])
decode("rgb.bmp", small)
decode("palette.bmp", small.quantize(200))
decode("one-bit.bmp", small.convert("1"))
decode("grey.bmp", small.convert("L"))
decode("rgb.tiff", small)
decode("lzw.tiff", small, compression="tiff_lzw")

# Pillow writes no 16-bit RGB and clips 16-bit grey: what is wanted of 16 bits is the upper byte.
deep = random.integers(0, 65536, (9, 11, 3), np.uint16)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def deep_png(pixels, color_type):
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


files["deep.png"] = deep_png(deep, 2)
case("deep.png", "decode", (deep >> 8).astype(np.uint8))
files["deep-grey.png"] = deep_png(deep[..., 0], 0)
case("deep-grey.png", "decode", (deep[..., 0] >> 8).astype(np.uint8))

for i, (width, height, size) in enumerate([(150, 100, 32), (100, 150, 32), (257, 131, 32), (131, 259, 32), (64, 64, 32), (65, 64, 32), (127, 63, 32),
                                           (20, 33, 32), (200, 200, 24), (311, 97, 48)]):
    for name in (f"crop-{i}.png", f"crop-{i}.jpg"):
        image = picture(width, height)
        if i % 5 == 4:
            image = image.convert("L")
        case(name, "crop", center_crop_arr(rgb(add(name, image, **({} if name.endswith("png") else {"quality": 85}))), size), size=size)

image = add("resize.png", picture(45, 31))
for name in ("Box", "Bilinear", "Bicubic", "Lanczos"):
    for width, height in ((17, 13), (45, 9), (70, 64), (7, 31), (1, 1)):
        case("resize.png", "resize", image.resize((width, height), getattr(Image, name.upper())), filter=name)

with zipfile.ZipFile(pathlib.Path(__file__).with_name("pillow.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
    for name, data in {"cases.json": json.dumps(cases).encode(), **files}.items():
        target.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
print(len(cases), "cases")
