/** How an image of a guest may be shown: what can cost the page dearly is shown elsewhere, or not at all. */
import { SVG_MIME } from '../../../shared/contract/image-types.ts';
import { isShowable, readImageHead } from '../../../shared/image-head.ts';

export type Picture =
  /** An SVG: it can take any time and memory to draw, so it gets a frame with a process of its own. */
  | { readonly kind: 'drawing'; readonly svg: string }
  /** `type`: what it is, whatever it was called. */
  | { readonly kind: 'image'; readonly type: string }
  | { readonly kind: 'too-large'; readonly width: number; readonly height: number }
  | { readonly kind: 'unreadable' };

export const pictureOf = (type: string, bytes: Uint8Array): Picture => {
  if (type === SVG_MIME) return { kind: 'drawing', svg: new TextDecoder().decode(bytes) };
  const head = readImageHead(bytes);
  if (head === null) return { kind: 'unreadable' };
  if (isShowable(head)) return { kind: 'image', type: head.type };
  return { kind: 'too-large', width: head.width, height: head.height };
};
