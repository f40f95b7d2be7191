import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

/** Marks the 1-based line that an error blames; null for none. */
export const setErrorLine = StateEffect.define<number | null>();

const mark = Decoration.line({ class: 'cm-error-line' });

/** The mark goes as soon as the code is changed: it would blame another line then. */
const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(setErrorLine)) continue;
      const line = effect.value;
      next =
        line === null || line > transaction.state.doc.lines
          ? Decoration.none
          : Decoration.set([mark.range(transaction.state.doc.line(line).from)]);
    }
    return next;
  },
  provide: (own) => EditorView.decorations.from(own),
});

export const errorLine: Extension = field;
