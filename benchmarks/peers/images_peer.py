#!/usr/bin/python3
"""The Pillow side of the image benchmark (Debian: python3-pil, python3-numpy). Reads commands from standard input and answers each
with one line on standard output:

    write SOURCE FOLDER WIDTH HEIGHT COUNT   write JPEG files tiled from the photographs below SOURCE    -> bytes
    single SOURCE FOLDER COUNT               write COUNT of the photographs as they are, PNG and JPEG    -> how many sizes
    open FOLDER                              take these files                                            -> how many
    run TIMES                                decode and crop all of them to 256 x 256, TIMES times       -> processor seconds
    crops FOLDER                             write the crops' bytes, one file each                       -> ready
"""
import pathlib
import sys
import time

import numpy as np
from PIL import Image

SIZE = 256


def center_crop_arr(image, size):
    """The official DiT code's crop, which is ADM's."""
    while min(*image.size) >= 2 * size:
        image = image.resize(tuple(side // 2 for side in image.size), resample=Image.BOX)
    scale = size / min(*image.size)
    image = image.resize(tuple(round(side * scale) for side in image.size), resample=Image.BICUBIC)
    pixels = np.array(image)
    top, left = (pixels.shape[0] - size) // 2, (pixels.shape[1] - size) // 2
    return pixels[top:top + size, left:left + size]


def crop(path):
    with Image.open(path) as image:
        return center_crop_arr(image.convert("RGB"), SIZE)


def opaque(path):
    image = Image.open(path).convert("RGBA")
    image.paste(Image.new("RGBA", image.size, (150, 170, 140, 255)), mask=image.getchannel("A").point(lambda a: 255 - a))
    return image.convert("RGB")


def photographs_below(source):
    found = sorted(p for p in pathlib.Path(source).rglob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
    if not found:
        raise FileNotFoundError(f"there is no photograph below {source} (Debian: apt-get install tuxpaint-stamps-default)")
    return found


def single(source, folder, count):
    """Every second one lies on its side, and each has another of EXIF's orientations, which the official code does not look at."""
    found, sizes = photographs_below(source), set()
    for i in range(count):
        image = opaque(found[i * len(found) // count])
        if i % 4 >= 2:
            image = image.transpose(Image.ROTATE_90)
        sizes.add(image.size)
        exif = Image.Exif()
        exif[0x0112] = 1 + i % 8
        image.save(pathlib.Path(folder, f"{i:04}.{('png', 'jpg')[i % 2]}"), exif=exif, **({"quality": 90} if i % 2 else {}))
    return len(sizes)


def write(source, folder, width, height, count):
    """Each file shows photographs side by side, none enlarged, in the order of their names."""
    photographs = photographs_below(source)
    written, following = 0, 0
    for i in range(count):
        sheet, top = Image.new("RGB", (width, height)), 0
        while top < height:
            left, bottom = 0, height
            while left < width:
                photograph = opaque(photographs[following % len(photographs)])
                following += 1
                sheet.paste(photograph, (left, top))
                left += photograph.width
                bottom = min(bottom, top + photograph.height)
            top = bottom
        path = pathlib.Path(folder, f"{i:04}.jpg")
        sheet.save(path, quality=90)
        written += path.stat().st_size
    return written


def run(paths, times):
    start = time.process_time()
    for _ in range(times):
        for path in paths:
            crop(path)
    return time.process_time() - start


def main():
    paths = []
    for line in sys.stdin:
        command, *words = line.split()
        if command in ("write", "single"):
            try:
                answer = {"write": write, "single": single}[command](words[0], words[1], *map(int, words[2:]))
            except FileNotFoundError as error:
                answer = f"error: {error}"
        elif command == "open":
            paths = sorted(str(p) for p in pathlib.Path(words[0]).iterdir())
            answer = len(paths)
        elif command == "run":
            answer = run(paths, int(words[0]))
        elif command == "crops":
            for i, path in enumerate(paths):
                pathlib.Path(words[0], f"{i}.pillow").write_bytes(crop(path).tobytes())
            answer = "ready"
        else:
            answer = f"error: unknown command {command}"
        print(answer, flush=True)


main()
