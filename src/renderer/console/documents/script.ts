/** Scripts: cells begin at lines `# %%`; what is not changed is written back letter for letter. */
import type { Cell } from '../model/cell.ts';
import { NOTHING_HIDDEN, type CellKind, type ScriptSource } from '../model/document.ts';
import { decodePython } from './python-encoding.ts';
import { refused, type DocumentReading, type OpenedCell } from './reading.ts';

const MARKER = /^#[ \t]*%%(?!%)(?<title>.*)$/u;
const MARKDOWN = /\[(?:markdown|md)\]/iu;
const LINE = /[^\r\n]*(?:\r\n|\r|\n|$)/uy;
const EOL = /\r\n|\r|\n/gu;
const MAX_CELLS = 2000;

/** With their line breaks. */
const linesIn = (text: string): string[] => {
  const lines: string[] = [];
  const line = new RegExp(LINE);
  while (line.lastIndex < text.length) lines.push(line.exec(text)?.[0] ?? '');
  return lines;
};

const withoutEol = (line: string): string => line.replace(/(?:\r\n|\r|\n)$/u, '');
const isMarker = (line: string): boolean => MARKER.test(withoutEol(line));
const isBlank = (line: string): boolean => line.trim() === '';

/** What stands at the beginning of a piece, its own text, and the blank lines up to the next one. */
interface Piece {
  readonly head: string;
  readonly body: string;
  readonly gap: string;
  readonly isMarkdown: boolean;
}

const pieceOf = (text: string): Piece => {
  const lines = linesIn(text);
  const at = lines.findIndex(isMarker);
  const head = lines.slice(0, at + 1);
  const rest = lines.slice(at + 1);
  let end = rest.length;
  while (end > 0 && isBlank(rest[end - 1] ?? '')) end -= 1;
  const last = rest[end - 1] ?? '';
  // The line break after the last line is the gap's.
  const body = rest.slice(0, end).join('');
  const own = withoutEol(last).length - last.length;
  const isMarkdown =
    at >= 0 && MARKDOWN.test(lines[at] ?? '') && rest.slice(0, end).every((line) => /^#|^\s*$/u.test(line));
  return {
    head: head.join(''),
    body: own === 0 ? body : body.slice(0, own),
    gap: (own === 0 ? '' : body.slice(own)) + rest.slice(end).join(''),
    isMarkdown,
  };
};

const normalized = (text: string): string => text.replaceAll(EOL, '\n');

const sourceOfPiece = ({ body, isMarkdown }: Piece): string =>
  isMarkdown
    ? normalized(body)
        .split('\n')
        .map((line) => line.replace(/^# ?/u, ''))
        .join('\n')
    : normalized(body);

const openedCell = (piece: Piece): OpenedCell => ({
  kind: piece.isMarkdown ? 'markdown' : 'code',
  source: sourceOfPiece(piece),
  number: null,
  hidden: NOTHING_HIDDEN,
  items: [],
});

export const cellOfScript = (source: ScriptSource, index: number): OpenedCell =>
  openedCell(pieceOf(source.cells[index] ?? ''));

/** The kind of line break that most lines have. */
const mostEol = (text: string): ScriptSource['eol'] => {
  const counts = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const [eol] of text.matchAll(EOL)) counts[eol as ScriptSource['eol']] += 1;
  if (counts['\r\n'] > counts['\n'] && counts['\r\n'] >= counts['\r']) return '\r\n';
  return counts['\r'] > counts['\n'] ? '\r' : '\n';
};

export const readScript = (bytes: Uint8Array): DocumentReading => {
  const decoded = decodePython(bytes);
  switch (decoded.kind) {
    case 'unknown':
      return refused('encoding', { encoding: decoded.encoding });
    case 'broken':
      return refused('notText', { encoding: decoded.encoding });
    case 'text':
      break;
  }
  const { hasByteOrderMark, text } = decoded;
  const cells: string[] = [];
  let piece: string[] = [];
  let hasMarker = false;
  for (const line of linesIn(text)) {
    // Blank lines before the first marker belong to it.
    if (isMarker(line) && (hasMarker || piece.some((earlier) => !isBlank(earlier)))) {
      cells.push(piece.join(''));
      piece = [];
      hasMarker = false;
    }
    hasMarker ||= isMarker(line);
    piece.push(line);
  }
  cells.push(piece.join(''));
  if (cells.length > MAX_CELLS) return refused('tooManyCells', { most: String(MAX_CELLS) });
  const source: ScriptSource = {
    format: 'py',
    hasByteOrderMark,
    eol: mostEol(text),
    endsWithEol: text === '' || /[\r\n]$/u.test(text),
    cells,
  };
  return { kind: 'read', source, cells: cells.map((_text, index) => cellOfScript(source, index)) };
};

export const NEW_SCRIPT: ScriptSource = {
  format: 'py',
  hasByteOrderMark: false,
  eol: '\n',
  endsWithEol: true,
  cells: [],
};

type SavedKind = Pick<Cell, 'kind' | 'origin' | 'source'>;

const isComment = (kind: CellKind): boolean => kind !== 'code';

const bodyOf = ({ kind, source }: SavedKind): string =>
  isComment(kind)
    ? source
        .split('\n')
        .map((line) => (line === '' ? '#' : `# ${line}`))
        .join('\n')
    : source;

const MARKS: Readonly<Record<CellKind, string>> = {
  code: '# %%',
  markdown: '# %% [markdown]',
  raw: '# %% [raw]',
  foreign: '# %% [raw]',
};

/** The title in the line that a piece begins with, with a space before it; '' for none. */
const titleIn = (head: string): string => {
  const title = MARKER.exec(withoutEol(linesIn(head).at(-1) ?? ''))?.groups?.['title'] ?? '';
  const text = title.replace(MARKDOWN, ' ').replace(/\s+/gu, ' ').trim();
  return text === '' ? '' : ` ${text}`;
};

/** The text of a script with these cells. A single one without a line `# %%` of its own gets none. */
export const writeScript = (source: ScriptSource, cells: readonly SavedKind[]): string => {
  const { eol } = source;
  const inLines = (text: string): string => text.replaceAll(EOL, eol);
  const pieces = cells.map((cell, at) => {
    const { origin } = cell;
    const text = origin === null ? undefined : source.cells[origin.index];
    const own = text === undefined ? null : pieceOf(text);
    const isFirst = at === 0;
    const isLast = at === cells.length - 1;
    // Its user has made it code, or text.
    const isOfItsKind = own === null || own.isMarkdown === (cell.kind === 'markdown');
    const title = titleIn(own?.head ?? '');
    const isPlain = isFirst && cell.kind === 'code' && title === '';
    let head = isOfItsKind ? (own?.head ?? '') : '';
    if (head === '' && !(isPlain && (own !== null || cells.length === 1)))
      head = `${MARKS[cell.kind]}${title}${eol}`;
    const isSame = own !== null && isOfItsKind && sourceOfPiece(own) === normalized(cell.source);
    const body = own !== null && isSame ? own.body : inLines(bodyOf(cell));
    if (head !== '' && !/[\r\n]$/u.test(head) && (body !== '' || !isLast)) head += eol;
    let gap = own?.gap ?? eol + eol;
    const isOriginalLast = origin !== null && !origin.isCopy && origin.index === source.cells.length - 1;
    // A file that ended with a line break goes on doing so, and one that did not, too.
    if (isLast && (!isOriginalLast || gap === '')) gap = source.endsWithEol && body !== '' ? eol : '';
    else if (!isLast && isOriginalLast) gap = eol + eol;
    return head + body + gap;
  });
  return pieces.join('');
};
