import { nativeImage, type BrowserWindow, type NativeImage } from 'electron';

/** Pixels of the picture at the pointer. */
const [WIDTH, HEIGHT] = [24, 32];
/** Blue, green, red and opacity. */
const [PAPER, EDGE] = [
  [0xff, 0xff, 0xff, 0xe0],
  [0x80, 0x80, 0x80, 0xff],
] as const;

/** A sheet: the system drags no file without a picture. */
const sheet = (): NativeImage => {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 4);
  for (let place = 0; place < WIDTH * HEIGHT; place += 1) {
    const [x, y] = [place % WIDTH, Math.floor(place / WIDTH)];
    const isEdge = x === 0 || y === 0 || x === WIDTH - 1 || y === HEIGHT - 1;
    pixels.set(isEdge ? EDGE : PAPER, place * 4);
  }
  return nativeImage.createFromBitmap(pixels, { width: WIDTH, height: HEIGHT });
};

/** Has the system drag a file out of a window, if there is one. */
export const startDrag = (window: BrowserWindow | null, file: string): void => {
  if (window === null || window.isDestroyed()) return;
  window.webContents.startDrag({ file, icon: sheet() });
};
