/** What a picture of each type begins with, in latin1, and what stands behind that, from which place on. */
const BEGINNINGS = [
  { type: 'image/png', begins: '\u{89}PNG\r\n\u{1a}\n' },
  { type: 'image/jpeg', begins: '\u{ff}\u{d8}\u{ff}' },
  { type: 'image/gif', begins: 'GIF8' },
  { type: 'image/webp', begins: 'RIFF', then: { at: 8, is: 'WEBP' } },
] as const;

/** Enough for all of them, in characters of base64. */
const BEGINNING_LENGTH = 24;

export type PictureType = (typeof BEGINNINGS)[number]['type'];

/** What the bytes say, whatever a guest calls them: a model's service refuses a whole conversation with one that is none. */
export const pictureTypeOf = (base64: string): PictureType | null => {
  const beginning = Buffer.from(base64.slice(0, BEGINNING_LENGTH), 'base64').toString('latin1');
  const found = BEGINNINGS.find(
    (kind) =>
      beginning.startsWith(kind.begins) &&
      (!('then' in kind) || beginning.startsWith(kind.then.is, kind.then.at)),
  );
  return found?.type ?? null;
};
