/** What is read of an output where only text is: on a terminal, by a model. */

/** Kinds that are text as their authors wrote it, the one that is read most easily first. */
const WRITTEN = ['text/markdown', 'text/latex', 'application/json'];

/** `<IPython.display.HTML object>`, `<__main__.make.<locals>.Thing object at 0x1f>`; Windows has capital digits. */
const BARE = /^<[\w.<>]{1,200} object(?: at 0x[0-9a-f]{1,16})?>$/iu;

/** Whether it is what Python says of an object that has no words of its own: that says nothing of what was shown. */
export const isBare = (text: string): boolean => BARE.test(text);

export interface ReadableForm {
  readonly mime: string;
  readonly text: string;
}

/** The form of an output that is text as it is; null when there is none, such as that of a chart. */
export const readableForm = (mime: Readonly<Record<string, string>>): ReadableForm | null => {
  const plain = mime['text/plain'];
  if (plain !== undefined && !isBare(plain)) return { mime: 'text/plain', text: plain };
  const written = WRITTEN.find((kind) => mime[kind] !== undefined) ?? 'text/plain';
  const text = mime[written];
  // A word about an object that has another form would say nothing.
  if (text === undefined || (written === 'text/plain' && Object.keys(mime).length > 1)) return null;
  return { mime: written, text };
};
