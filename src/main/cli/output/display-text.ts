import { PLAYER_PAGE_MARK } from '../../../shared/contract/animation.ts';
import type { RunDisplay } from '../../../shared/contract/run.ts';
import { readableForm } from '../../run/readable-form.ts';
import { hasImage } from './save-outputs.ts';
import { textOfHtml } from './html-text.ts';

/** Charts that are drawn by JavaScript; those of Plotly and Vega are written as pages. */
const CHART = /^application\/vnd\.(?:plotly|vega|bokeh)/u;

/** What a terminal can show of an output: null for a picture, which can only be counted. */
export const textOfDisplay = (output: RunDisplay): string | null => {
  if (hasImage(output)) return null;
  const { mime } = output;
  const types = Object.keys(mime);
  if (types.some((type) => CHART.test(type))) {
    return '[a chart that moves with the mouse: --out DIR writes it to a file]';
  }
  const form = readableForm(mime);
  if (form !== null) return form.text;
  const html = mime['text/html'];
  if (html?.includes(PLAYER_PAGE_MARK)) return '[an animation: --out DIR writes a page that plays it]';
  // A page without words, such as a player of sound, has none.
  const words = html === undefined ? '' : textOfHtml(html);
  return words.trim() === '' ? (mime['text/plain'] ?? `[${types.join(', ')}]`) : words;
};
