"""Pixels of a PNG picture (8 bit, RGB or RGBA, not interlaced), as rrdtool and Chromium write it."""

import struct
import zlib


def size(data):
    """Return width and height; raises ValueError if the picture is not whole."""
    width, height, bytes_each, lines = _unpacked(data)
    if len(lines) != height * (width * bytes_each + 1):
        raise ValueError("pixels are missing")
    return width, height


def pixels(data):
    """Return the rows of a picture, each a list of RRGGBB; raises ValueError if it is not whole."""
    width, height, bytes_each, lines = _unpacked(data)
    stride = width * bytes_each
    above = bytes(stride)
    rows = []
    for row in range(height):
        start = row * (stride + 1)
        above = _unfiltered(lines[start], lines[start + 1 : start + 1 + stride], above, bytes_each)
        rows.append([above[at : at + 3].hex().upper() for at in range(0, stride, bytes_each)])
    return rows


def _unpacked(data):
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    position, packed, kind = 8, b"", b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, position + 8 + length)[0]:
            raise ValueError("damaged")
        if kind == b"IHDR":
            width, height, depth, colours = struct.unpack_from(">IIBB", body)
        elif kind == b"IDAT":
            packed += body
        position += 12 + length
    assert depth == 8
    return width, height, {2: 3, 6: 4}[colours], zlib.decompress(packed)


def _unfiltered(kind, line, above, each):
    if kind == 0:
        return line
    done = bytearray(line)
    for at in range(len(done)):
        left = done[at - each] if at >= each else 0
        corner = above[at - each] if at >= each else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[at]
        elif kind == 3:
            guess = (left + above[at]) // 2
        else:
            guess = _paeth(left, above[at], corner)
        done[at] = (done[at] + guess) & 255
    return bytes(done)


def _paeth(left, above, corner):
    distances = (abs(above - corner), abs(left - corner), abs(left + above - 2 * corner))
    return (left, above, corner)[distances.index(min(distances))]
