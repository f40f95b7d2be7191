/** Colour codes of terminals as data, for spans with classes; what a guest wrote never becomes markup. */
import Anser from 'anser';
import type { TextLine } from './text-block.ts';

export interface TextSpan {
  readonly text: string;
  readonly classes: readonly string[];
}

/** Longer lines are cut for showing. */
const SHOWN_CHARACTERS = 8000;
const CONTROL = String.fromCharCode(27);

const colourClass = (name: string | null, role: 'fg' | 'bg'): string[] => {
  const found = /^ansi-(?:bright-)?(?<colour>black|red|green|yellow|blue|magenta|cyan|white)$/u.exec(
    name ?? '',
  );
  const colour = found?.groups?.['colour'];
  return colour === undefined ? [] : [`ansi-${role}-${colour}`];
};

const DECORATIONS = new Set(['bold', 'dim', 'italic', 'underline', 'strikethrough', 'reverse']);

export const spansOf = ({ carry, text }: TextLine): readonly TextSpan[] => {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  if (carry === '' && !shown.includes(CONTROL)) return [{ text: shown, classes: [] }];
  return Anser.ansiToJson(carry + shown, { json: true, remove_empty: true, use_classes: true }).map(
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
