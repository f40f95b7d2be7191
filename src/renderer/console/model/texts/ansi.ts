/** Colour codes of terminals as data, for spans with classes; what a guest wrote never becomes markup. */
import Anser from 'anser';
import type { TextLine } from './text-block.ts';

export interface TextSpan {
  readonly text: string;
  readonly classes: readonly string[];
}

const CONTROL = String.fromCharCode(27);

const colourClass = (name: string | null, role: 'fg' | 'bg'): string[] => {
  const found = /^ansi-(?:bright-)?(?<colour>black|red|green|yellow|blue|magenta|cyan|white)$/u.exec(
    name ?? '',
  );
  const colour = found?.groups?.['colour'];
  return colour === undefined ? [] : [`ansi-${role}-${colour}`];
};

const DECORATIONS = new Set(['bold', 'dim', 'italic', 'underline', 'strikethrough', 'reverse']);

/** Of a row: long lines come in several (see text-rows.ts). */
export const spansOf = ({ carry, text }: TextLine): readonly TextSpan[] => {
  if (carry === '' && !text.includes(CONTROL)) return [{ text, classes: [] }];
  return Anser.ansiToJson(carry + text, { json: true, remove_empty: true, use_classes: true }).map(
    (part) => ({
      text: part.content,
      classes: [
        ...colourClass(part.fg as string | null, 'fg'),
        ...colourClass(part.bg as string | null, 'bg'),
        ...part.decorations.filter((name) => DECORATIONS.has(name)).map((name) => `ansi-${name}`),
      ],
    }),
  );
};
