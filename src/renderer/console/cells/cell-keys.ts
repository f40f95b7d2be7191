/** The keys of cells, while their code is not being written. One list: what they do, and what is said of them. */
import type { CellAction } from '../model/cell-edits.ts';

export type CellKey = CellAction | 'edit' | 'previous' | 'next' | 'remove';

/** Names of keys as the browser tells them, with Alt or Shift before them where that is held. */
const KEYS: Readonly<Record<string, CellKey>> = {
  Enter: 'edit',
  ArrowUp: 'previous',
  ArrowDown: 'next',
  'Alt+ArrowUp': 'move-up',
  'Alt+ArrowDown': 'move-down',
  a: 'insert-above',
  b: 'insert-below',
  d: 'duplicate',
  'Shift+m': 'merge',
  c: 'copy-output',
  i: 'hide-code',
  o: 'hide-outputs',
  m: 'to-text',
  y: 'to-code',
  Delete: 'remove',
};

/** What of a key's event counts. */
export interface PressedKey {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

/** Null for a key that means nothing to a cell. */
export const cellKeyOf = (event: PressedKey): CellKey | null => {
  if (event.ctrlKey || event.metaKey) return null;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const full = `${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${name}`;
  return Object.hasOwn(KEYS, full) ? (KEYS[full] ?? null) : null;
};

/** What is shown of each, as it stands on a keyboard; Shift is named in the window's language. */
export const CELL_KEY_LABELS: Readonly<Partial<Record<CellAction, string>>> = {
  'insert-above': 'A',
  'insert-below': 'B',
  'move-up': 'Alt+↑',
  'move-down': 'Alt+↓',
  duplicate: 'D',
  merge: 'Shift+M',
  'copy-output': 'C',
  'hide-code': 'I',
  'hide-outputs': 'O',
  'to-text': 'M',
  'to-code': 'Y',
};
