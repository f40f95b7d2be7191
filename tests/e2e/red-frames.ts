/** Python with `frame(red, size)`: an image of one colour from black (0) to red (255) as a PNG in base64, without Matplotlib. */
export const RED_FRAMES = `
import base64, json, struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def frame(red, size=(40, 30)):
    rows = (b"\\0" + bytes([red, 0, 0]) * size[0]) * size[1]
    head = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    png = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(png).decode()
`;
