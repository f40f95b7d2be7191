import { isolateHistory } from '@codemirror/commands';
import { Transaction, type Text, type TransactionSpec } from '@codemirror/state';

/**
 * Makes a document another text, by changing only the part in which they differ: what was undoable in the rest stays so.
 *
 * @param isUndoable otherwise the editor's own undo leaves it alone, as it should where something else takes it back
 */
export const textChange = (doc: Text, wanted: string, isUndoable: boolean): TransactionSpec => {
  // A document counts each line break as one.
  const text = wanted.replaceAll(/\r\n?/gu, '\n');
  const before = doc.toString();
  const shorter = Math.min(before.length, text.length);
  let start = 0;
  while (start < shorter && before[start] === text[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === text.at(-1 - end)) end += 1;
  return {
    changes: { from: start, to: before.length - end, insert: text.slice(start, text.length - end) },
    selection: { anchor: text.length },
    annotations: [Transaction.addToHistory.of(isUndoable), isolateHistory.of('full')],
  };
};
