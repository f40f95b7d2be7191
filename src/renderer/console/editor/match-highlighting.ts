/** Marks what was found in the lines that an editor draws. */
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type PluginValue,
  type ViewUpdate,
} from '@codemirror/view';
import { matchesIn, type Pattern } from '../model/find/pattern.ts';

export interface CodeMatches {
  readonly pattern: Pattern;
  /** Where the current match begins, in UTF-16 units; null when it is elsewhere. */
  readonly current: number | null;
}

/** Null for nothing. */
export const showMatches = StateEffect.define<CodeMatches | null>();

const field = StateField.define<CodeMatches | null>({
  create: () => null,
  update: (found, transaction) => {
    let next = found;
    for (const effect of transaction.effects) if (effect.is(showMatches)) next = effect.value;
    return next;
  },
});

const mark = Decoration.mark({ class: 'cm-found' });
const currentMark = Decoration.mark({ class: 'cm-found-current' });

const marksIn = (view: EditorView): DecorationSet => {
  const found = view.state.field(field);
  if (found === null) return Decoration.none;
  const { current, pattern } = found;
  const { length } = pattern.units;
  // Pieces of one line count once: a match may be at their edge.
  const marks = new Map<number, Decoration>();
  for (const { from, to } of view.visibleRanges) {
    const start = view.state.doc.lineAt(from).from;
    const end = view.state.doc.lineAt(to).to;
    // Of a long line only what is drawn, with room for a match at its edges.
    const [first, last] = [Math.max(start, from - length - 1), Math.min(end, to + length + 1)];
    for (const at of matchesIn(pattern, view.state.doc.sliceString(first, last)))
      marks.set(first + at, first + at === current ? currentMark : mark);
  }
  if (current !== null && current + length <= view.state.doc.length) marks.set(current, currentMark);
  const sorted = [...marks].sort(([one], [other]) => one - other);
  return Decoration.set(sorted.map(([at, decoration]) => decoration.range(at, at + length)));
};

class FoundMarks implements PluginValue {
  marks: DecorationSet;

  constructor(view: EditorView) {
    this.marks = marksIn(view);
  }

  update(update: ViewUpdate): void {
    const isOther = update.startState.field(field) !== update.state.field(field);
    if (isOther || update.docChanged || update.viewportChanged) this.marks = marksIn(update.view);
  }
}

export const matchHighlighting: Extension = [
  field,
  ViewPlugin.fromClass(FoundMarks, { decorations: ({ marks }) => marks }),
];
