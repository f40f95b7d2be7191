/** Shows on demand how something is called, and what it says of itself. */
import { StateEffect, StateField, Prec, type EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, showTooltip, type Tooltip, type TooltipView } from '@codemirror/view';
import type { NameReport } from '../../../../shared/protocol/name-reports.ts';
import { callAround, describedAt, type NamedPosition } from './code-position.ts';
import type { NameSource } from './python-completions.ts';

export interface CallHelpTexts {
  /** Said of a name, in a dotted text, of which nothing is known. */
  nothingKnown(name: string): string;
}

interface Shown {
  readonly place: NamedPosition;
  /** Null when nothing is known. */
  readonly report: Extract<NameReport, { kind: 'call' }> | null;
}

const show = StateEffect.define<Shown | null>();

/** A letter's room, for the cursor to be in what the help is about. */
const touches = ({ from, to }: NamedPosition, at: number): boolean => at >= from && at <= to;

/** It stays as long as the cursor is in the name, or in the parentheses of its call. */
const isStillAbout = (place: NamedPosition, state: EditorState): boolean => {
  const { head } = state.selection.main;
  return touches(place, head) || callAround(state, head)?.from === place.from;
};

const fieldOf = (texts: () => CallHelpTexts): StateField<Shown | null> =>
  StateField.define<Shown | null>({
    create: () => null,
    update: (before, transaction) => {
      let shown = before;
      for (const effect of transaction.effects) if (effect.is(show)) shown = effect.value;
      if (shown === null || shown !== before) return shown;
      if (!transaction.docChanged && transaction.selection === undefined) return shown;
      const place = {
        ...shown.place,
        from: transaction.changes.mapPos(shown.place.from, 1),
        to: transaction.changes.mapPos(shown.place.to, 1),
      };
      return isStillAbout(place, transaction.state) ? { ...shown, place } : null;
    },
    provide: (field) =>
      showTooltip.from(field, (shown): Tooltip | null =>
        shown === null
          ? null
          : { pos: shown.place.from, above: true, arrow: false, create: () => viewOf(shown, texts()) },
      ),
  });

const viewOf = ({ place, report }: Shown, texts: CallHelpTexts): TooltipView => {
  const dom = document.createElement('div');
  dom.className = 'cm-call-help';
  // Read out when it appears; the keyboard stays in the code.
  dom.setAttribute('role', 'status');
  const add = (className: string, text: string): void => {
    if (text === '') return;
    const part = document.createElement('div');
    part.className = className;
    part.textContent = text;
    dom.append(part);
  };
  const name = place.path.join('.');
  if (report === null) {
    add('cm-call-help-text', texts.nothingKnown(name));
  } else {
    const isCallable = report.signature !== '';
    add(
      'cm-call-help-signature',
      isCallable ? `${place.path.at(-1) ?? ''}${report.signature}` : `${name}: ${report.type}`,
    );
    add('cm-call-help-text', report.documentation);
  }
  return { dom };
};

/** @param texts asked each time */
export const callHelp = (source: NameSource, texts: () => CallHelpTexts): Extension => {
  const field = fieldOf(texts);
  const describe = (view: EditorView): boolean => {
    const { main } = view.state.selection;
    const place = main.empty ? describedAt(view.state, main.head) : null;
    // At the beginning of a line and with a selection the key takes indentation away.
    if (place === null) return false;
    void source.ask({ about: 'call', path: [...place.path], prefix: '' }).then((report) => {
      const { state } = view;
      const now = describedAt(state, state.selection.main.head);
      if (now?.from !== place.from || !view.hasFocus) return;
      view.dispatch({ effects: show.of({ place: now, report: report?.kind === 'call' ? report : null }) });
    });
    return true;
  };
  const close = (view: EditorView): boolean => {
    if (view.state.field(field) === null) return false;
    view.dispatch({ effects: show.of(null) });
    return true;
  };
  return [
    field,
    Prec.high(
      keymap.of([
        { key: 'Shift-Tab', run: describe },
        { key: 'Escape', run: close },
      ]),
    ),
    EditorView.domEventHandlers({
      blur: (_event, view) => {
        close(view);
      },
    }),
  ];
};
