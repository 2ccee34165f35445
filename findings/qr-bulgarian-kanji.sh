#!/usr/bin/env bash
# Two writers of QR codes spell a Bulgarian name in Japanese: Shift JIS has Cyrillic letters of two bytes each.
# Why it matters: one chooses the kanji mode, the other bytes in Shift JIS with a mark (ECI) that says so. Both are right
# by the standard, and a reader of a common vision library knows neither: it raises an error instead of a name.
# What we did: codes hold addresses in ASCII only, never a name; tests read them back from the printed page.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  segno==1.6.6 zxing-cpp==3.1.1 opencv-python-headless==5.0.0.93 numpy pillow==13.0.0
OPENCV_LOG_LEVEL=SILENT "$work/venv/bin/python" - <<'PY'
import io
import sys
from importlib.metadata import version

import cv2
import numpy
import segno
import zxingcpp
from PIL import Image

NAME = "Пловдив"


def read(picture):
    """Tell what OpenCV reads from a picture that zxing-cpp reads without fault."""
    [found] = zxingcpp.read_barcodes(picture)
    assert found.text == NAME
    try:
        return "the name" if cv2.QRCodeDetector().detectAndDecode(picture)[0] == NAME else "something else"
    except UnicodeDecodeError:
        return "UnicodeDecodeError"


def picture_of(code):
    file = io.BytesIO()
    code.save(file, kind="png", scale=8)
    return numpy.array(Image.open(file).convert("L"))


code = segno.make(NAME, micro=False)
barcode = zxingcpp.create_barcode(NAME, zxingcpp.BarcodeFormat.QRCode)
japanese = barcode.bytes == NAME.encode("shift_jis")
utf8 = segno.make(NAME, micro=False, encoding="utf-8")
seen = code.mode, read(picture_of(code)), japanese, read(numpy.array(barcode.to_image(scale=8))), read(picture_of(utf8))
print(f"subject: segno {version('segno')}, zxing-cpp {version('zxing-cpp')}, read by OpenCV {cv2.__version__}")
print(f"expected: {NAME} is written as UTF-8, and OpenCV reads the name")
print(f"seen:     segno: mode {seen[0]}, OpenCV: {seen[1]}; segno asked for UTF-8, OpenCV: {seen[4]};", end=" ")
print(f"zxing-cpp: Shift JIS: {seen[2]}, OpenCV: {seen[3]}")
sys.exit(seen != ("kanji", "UnicodeDecodeError", True, "UnicodeDecodeError", "the name"))
PY
