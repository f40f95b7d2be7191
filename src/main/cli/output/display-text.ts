import { PLAYER_PAGE_MARK } from '../../../shared/contract/animation.ts';
import type { RunDisplay } from '../../../shared/contract/run.ts';
import { hasImage } from './save-outputs.ts';
import { textOfHtml } from './html-text.ts';

/** What an object prints that has nothing to say: `<IPython.display.HTML object>`. */
const BARE = /^<[\w.<>]{1,200} object(?: at 0x[0-9a-f]{1,16})?>$/u;

/** Charts that are drawn by JavaScript; those of Plotly and Vega are written as pages. */
const CHART = /^application\/vnd\.(?:plotly|vega|bokeh)/u;

export const isBare = (text: string): boolean => BARE.test(text);

/** What a terminal can show of an output: null for a picture, which can only be counted. */
export const textOfDisplay = (output: RunDisplay): string | null => {
  if (hasImage(output)) return null;
  const { mime } = output;
  const types = Object.keys(mime);
  if (types.some((type) => CHART.test(type))) {
    return '[a chart that moves with the mouse: --out DIR writes it to a file]';
  }
  const plain = mime['text/plain'];
  if (plain !== undefined && !isBare(plain)) return plain;
  const html = mime['text/html'];
  if (html?.includes(PLAYER_PAGE_MARK)) return '[an animation: --out DIR writes a page that plays it]';
  // A page without words, such as a player of sound, has none.
  const words = html === undefined ? '' : textOfHtml(html);
  return (
    mime['text/markdown'] ??
    mime['text/latex'] ??
    mime['application/json'] ??
    (words.trim() === '' ? undefined : words) ??
    plain ??
    `[${types.join(', ')}]`
  );
};
