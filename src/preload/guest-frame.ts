/**
 * What the preload does in a frame with a guest's document: it tells main how large the content is, which the page can't
 * see, and turns a drawing into a picture. It exposes nothing: the document has no scripts, and this world is not its own.
 */
import type { IpcRenderer } from 'electron';
import { FRAME_CHANNEL, MAX_PICTURE_SIDE, type FrameQuestion } from '../shared/ipc/frame.ts';

const size = (): { readonly width: number; readonly height: number } | null => {
  // As a property of `document`, a form named documentElement would be found first.
  const root: unknown = Reflect.get(Document.prototype, 'documentElement', document);
  if (!(root instanceof Element)) return null;
  const { scrollHeight, scrollWidth } = root;
  // The bar below what is too wide takes its room from the frame. One that is there only for the bar at the side goes with it.
  const bar = scrollWidth > innerWidth ? innerHeight - (visualViewport?.height ?? innerHeight) : 0;
  return { width: scrollWidth, height: scrollHeight + Math.max(0, Math.ceil(bar)) };
};

/** At twice its size, if that is not too large. Only documents that main made of a drawing are asked for it. */
const picture = (): string | null => {
  const image = document.querySelector('img');
  if (image === null) return null;
  const { naturalHeight, naturalWidth } = image;
  const scale = Math.min(2, MAX_PICTURE_SIDE / Math.max(naturalWidth, naturalHeight, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(naturalHeight * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
};

const ANSWERS: Readonly<Record<FrameQuestion, () => unknown>> = { size, picture };

export const answerForFrame = (ipc: Pick<IpcRenderer, 'on'>): void => {
  ipc.on(FRAME_CHANNEL, ({ ports }, question: FrameQuestion) => {
    ports[0]?.postMessage(ANSWERS[question]());
  });
};
