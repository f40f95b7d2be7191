/** Kinds that are text as their authors wrote it, the one that is read most easily first. */
const WRITTEN = ['text/markdown', 'text/latex', 'application/json'];

/** What Python says of an object that has no words of its own: that says nothing of what was shown. */
const BARE_OBJECT = /^<[\w.]+ object(?: at 0x[0-9a-f]+)?>$/iu;

/** The form of an output that a model can read; null when there is none, such as that of a chart. */
export const readableForm = (
  mime: Readonly<Record<string, string>>,
): { readonly mime: string; readonly text: string } | null => {
  const plain = mime['text/plain'];
  if (plain !== undefined && !BARE_OBJECT.test(plain)) return { mime: 'text/plain', text: plain };
  const written = WRITTEN.find((kind) => mime[kind] !== undefined) ?? 'text/plain';
  const text = mime[written];
  // A word about an object that has another form, which is linked to, would say nothing.
  if (text === undefined || (written === 'text/plain' && Object.keys(mime).length > 1)) return null;
  return { mime: written, text };
};
