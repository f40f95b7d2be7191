/** Completion of Python from what the session knows, the code of the cells, and the language itself. */
import {
  autocompletion,
  closeCompletion,
  completionKeymap,
  completionStatus,
  acceptCompletion,
  moveCompletionSelection,
  selectedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { globalCompletion } from '@codemirror/lang-python';
import { syntaxTree } from '@codemirror/language';
import { Prec, type EditorState, type Extension } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';
import {
  isPythonName,
  type NameKind,
  type NameQuestion,
  type NameReport,
} from '../../../../shared/protocol/name-reports.ts';
import { codePositionAt, type CodePosition } from './code-position.ts';
import { namesIn, OtherNames } from './text-names.ts';

/** What the editor can learn from elsewhere. */
export interface NameSource {
  /** The session; null when it does not know. Never rejects. */
  ask(question: NameQuestion): Promise<NameReport | null>;
  /** Code of the session's other cells, the nearest first. */
  otherTexts(): readonly string[];
  /** Modules that can be imported, installed or not. Never rejects. */
  modules(): Promise<readonly string[]>;
}

/** Letters after which names are offered without being asked for. */
const MIN_LETTERS = 2;
const WORD = /^[\p{L}\p{N}\p{M}\p{Pc}]*$/u;
const KEY = /^[^"'\n]*$/u;

const TYPES: Readonly<Record<NameKind, string>> = {
  function: 'function',
  method: 'method',
  class: 'class',
  module: 'namespace',
  property: 'property',
  variable: 'variable',
  column: 'constant',
  key: 'text',
};

const NEAR = 2;
const OF_SESSION = 1;

/** As it is written in a text between these quotes. A name may come out of a data file: its own would end the text. */
const inQuotes = (name: string, quote: string): string =>
  name.replaceAll(/["'\\]/gu, (character) =>
    character === '\\' || character === quote ? `\\${character}` : character,
  );

/** What the session knows, as it may come into the code; null for what is no name where one is to be. */
const optionOf = (
  label: string,
  kind: NameKind,
  { about, from }: CodePosition,
  state: EditorState,
): Completion | null => {
  const option = { label, type: TYPES[kind], boost: label.startsWith('_') ? -NEAR : OF_SESSION };
  if (about === 'keys') return { ...option, apply: inQuotes(label, state.sliceDoc(from - 1, from)) };
  return isPythonName(label) ? option : null;
};

/** What is offered at a place; null when there is nothing. */
export const completionsFor = async (
  context: CompletionContext,
  source: NameSource,
  others: OtherNames,
): Promise<CompletionResult | null> => {
  const place = codePositionAt(context.state, context.pos);
  if (place === null) return null;
  if (!context.explicit && place.about === 'names' && place.prefix.length < MIN_LETTERS) return null;
  const found = new Map<string, Completion>();
  const { about, path, prefix } = place;
  const report = await source.ask({ about, path: [...path], prefix });
  if (context.aborted) return null;
  for (const [label, kind] of report?.kind === 'names' ? report.names : []) {
    const option = optionOf(label, kind, place, context.state);
    if (option !== null) found.set(label, option);
  }
  const add = (option: Completion): void => {
    if (!found.has(option.label)) found.set(option.label, option);
  };
  await addFromElsewhere(context, place, { source, others, add, isKnown: found.size > 0 });
  if (found.size === 0) return null;
  return {
    from: place.from,
    options: [...found.values()],
    // Asked anew for more letters when there was more than could be told.
    ...(report?.kind === 'names' && report.isCut ? {} : { validFor: about === 'keys' ? KEY : WORD }),
  };
};

interface Elsewhere {
  readonly source: NameSource;
  readonly others: OtherNames;
  readonly add: (option: Completion) => void;
  /** Whether the session knew something. */
  readonly isKnown: boolean;
}

const addFromElsewhere = async (
  context: CompletionContext,
  place: CodePosition,
  { add, isKnown, others, source }: Elsewhere,
): Promise<void> => {
  const { state } = context;
  switch (place.about) {
    case 'keys':
    case 'imports':
      return;
    case 'modules':
      if (place.path.length === 0)
        for (const label of await source.modules()) add({ label, type: TYPES.module });
      return;
    case 'members':
    case 'names': {
      // Of what an object has the session knows more than any text.
      if (place.about === 'members' && isKnown) return;
      const key = place.about === 'names' ? 'names' : 'members';
      const own = namesIn(state.doc.toString(), syntaxTree(state), place.from);
      for (const label of own[key]) add({ label, type: TYPES.variable, boost: NEAR });
      for (const names of others.in(source.otherTexts()))
        for (const label of names[key]) add({ label, type: TYPES.variable, boost: OF_SESSION });
      if (place.about === 'names') {
        const ofLanguage = await globalCompletion(context);
        for (const option of ofLanguage?.options ?? []) add(option);
      }
    }
  }
};

/** Takes what is chosen, or the first of the list. Enter only takes what was chosen: mostly it is meant for a new line. */
const accept = (view: EditorView): boolean => {
  if (completionStatus(view.state) !== 'active') return false;
  if (selectedCompletion(view.state) === null) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
};

/** Closes the list. Where none is seen, the key is not for one that may come. */
const dismiss = (view: EditorView): boolean => {
  const isSeen = completionStatus(view.state) === 'active';
  return closeCompletion(view) && isSeen;
};

/** Where there is something to complete; elsewhere Tab indents. */
const completeHere = (view: EditorView): boolean => {
  const { main } = view.state.selection;
  return main.empty && codePositionAt(view.state, main.head) !== null && startCompletion(view);
};

export const pythonCompletions = (source: NameSource): Extension => {
  const others = new OtherNames();
  return [
    autocompletion({
      override: [(context) => completionsFor(context, source, others)],
      selectOnOpen: false,
      // So that a key that was meant for the line is not taken for the list.
      interactionDelay: 0,
      defaultKeymap: false,
    }),
    Prec.highest(
      keymap.of([
        ...completionKeymap.filter(({ key }) => key !== 'Escape'),
        { key: 'Escape', run: dismiss },
        { key: 'Tab', run: accept },
        { key: 'Tab', run: completeHere },
      ]),
    ),
  ];
};
