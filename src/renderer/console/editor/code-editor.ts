/** The editor of a cell: Python, its indentation, search, and the keys that belong to cells. */
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from '@codemirror/search';
import { Compartment, EditorSelection, EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { errorLine, setErrorLine } from './error-line.ts';
import { caret } from './caret.ts';
import { callHelp, type CallHelpTexts } from './completion/call-help.ts';
import { pythonCompletions, type NameSource } from './completion/python-completions.ts';
import { editorLook } from './editor-theme.ts';
import { matchHighlighting, showMatches, type CodeMatches } from './match-highlighting.ts';
import { textChange } from './text-change.ts';

export interface EditorTexts {
  readonly label: string;
  readonly placeholder: string;
  /** The editor's own English texts with what is said instead. */
  readonly phrases: Readonly<Record<string, string>>;
  readonly help: CallHelpTexts;
}

/** Where the keyboard goes after a run: it stays, to the next cell, or into a new one below. */
export type AfterRun = 'stay' | 'next' | 'insert';

export interface EditorActions {
  changed(text: string): void;
  run(after: AfterRun): void;
  /** At a place in the text, in UTF-16 units. */
  split(at: number): void;
  /** Earlier or later code for a cell whose text is `text`; null when there is none. */
  recall(direction: 'older' | 'newer', text: string): string | null;
  /** Esc: the keyboard leaves the text. */
  leave(): void;
}

export interface CodeEditorOptions {
  readonly root: ShadowRoot;
  readonly text: string;
  /** Otherwise it is text without rules. */
  readonly isPython: boolean;
  readonly texts: EditorTexts;
  readonly actions: EditorActions;
  readonly names: NameSource;
}

/** Keys of the search that are those of the search through the page. */
const PAGE_KEYS: readonly string[] = ['Mod-f', 'F3', 'Mod-g'];

/** Between what is brought into sight and the edge, in CSS pixels. */
const SHOWN_MARGIN = 60;

const editorTextExtensions = ({ label, placeholder: hint, phrases }: EditorTexts): Extension => [
  EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
  placeholder(hint),
  EditorState.phrases.of(phrases),
];

export class CodeEditor {
  readonly #view: EditorView;
  readonly #texts = new Compartment();
  #help: CallHelpTexts;

  /** In a shadow root, where the editor's rules need no style element, which the page's policy would refuse. */
  constructor({ root, text, isPython, texts, actions, names }: CodeEditorOptions) {
    this.#help = texts.help;
    const recall = (direction: 'older' | 'newer') => (view: EditorView) => {
      const found = actions.recall(direction, view.state.doc.toString());
      if (found === null) return false;
      this.#replace(found, true);
      return true;
    };
    const run = (after: AfterRun) => (): boolean => {
      actions.run(after);
      return true;
    };
    const split = (view: EditorView): boolean => {
      actions.split(view.state.selection.main.head);
      return true;
    };
    const leave = (): boolean => {
      actions.leave();
      return true;
    };
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          Prec.highest(
            keymap.of([
              { key: 'Mod-Enter', run: run('stay') },
              { key: 'Shift-Enter', run: run('next') },
              { key: 'Alt-Enter', run: run('insert') },
              { key: 'Mod-Shift--', run: split },
            ]),
          ),
          keymap.of([
            { key: 'ArrowUp', run: recall('older') },
            { key: 'ArrowDown', run: recall('newer') },
          ]),
          // The console attaches them; the editor would write what is in them into the code.
          EditorView.domEventHandlers({
            drop: (event) => event.dataTransfer?.types.includes('Files') ?? false,
          }),
          lineNumbers(),
          EditorView.lineWrapping,
          highlightSpecialChars(),
          history(),
          caret,
          indentUnit.of('    '),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightSelectionMatches(),
          isPython ? [python(), pythonCompletions(names), callHelp(names, () => this.#help)] : [],
          keymap.of([
            ...closeBracketsKeymap,
            { key: 'Ctrl-h', mac: 'Mod-Alt-f', run: openSearchPanel },
            ...searchKeymap.filter(({ key }) => !PAGE_KEYS.includes(key ?? '')),
            ...historyKeymap,
            ...defaultKeymap,
            indentWithTab,
          ]),
          Prec.lowest(keymap.of([{ key: 'Escape', run: leave }])),
          errorLine,
          matchHighlighting,
          editorLook,
          this.#texts.of(editorTextExtensions(texts)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) actions.changed(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  /** A text that something else has made, as merging cells does: the editor's undo leaves it alone. */
  setText(text: string): void {
    this.#replace(text, false);
  }

  #replace(text: string, isUndoable: boolean): void {
    const { doc } = this.#view.state;
    if (text !== doc.toString()) this.#view.dispatch(textChange(doc, text, isUndoable));
  }

  setTexts(texts: EditorTexts): void {
    this.#help = texts.help;
    this.#view.dispatch({ effects: this.#texts.reconfigure(editorTextExtensions(texts)) });
  }

  blame(line: number | null): void {
    this.#view.dispatch({ effects: setErrorLine.of(line) });
  }

  /** Where the cursor is, in UTF-16 units. */
  get cursor(): number {
    return this.#view.state.selection.main.head;
  }

  /** The text that is marked; '' for none. */
  get chosenText(): string {
    const { from, to } = this.#view.state.selection.main;
    return this.#view.state.sliceDoc(from, to);
  }

  markFound(found: CodeMatches | null): void {
    this.#view.dispatch({ effects: showMatches.of(found) });
  }

  /** Brings a part into sight, in UTF-16 units; the cursor stays where it is. */
  show(from: number, to: number): void {
    const { length } = this.#view.state.doc;
    const range = EditorSelection.range(Math.min(from, length), Math.min(to, length));
    const effects = EditorView.scrollIntoView(range, { y: 'nearest', yMargin: SHOWN_MARGIN });
    this.#view.dispatch({ effects });
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}
