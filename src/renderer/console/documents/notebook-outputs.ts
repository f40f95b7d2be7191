/** What a cell has brought out, as a notebook has it and as it is shown here. */
import { isJsonMime, isTextMime } from '../../../shared/contract/mime-types.ts';
import { MimeType } from '../../../shared/contract/run.ts';
import { TABLE_MIME } from '../../../shared/contract/table.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { isNestedDeeperThan } from '../../../shared/nesting.ts';
import { richItem, type CellItem } from '../model/cell.ts';
import type { Mime } from '../model/rich-output.ts';
import { TextBlock, withoutColours } from '../model/texts/text-block.ts';
import { linesOf, MultilineText, NotebookOutput, wholeText } from './notebook-format.ts';

const textOfForm = (type: string, content: unknown): string | null => {
  if (isJsonMime(type)) return JSON.stringify(content);
  const text = MultilineText.safeParse(content);
  return text.success ? wholeText(text.data) : null;
};

/** As far as a live output may have it; the rest stays in the file alone. */
const shownForms = (data: Readonly<Record<string, unknown>>): Mime => {
  const forms: [string, string][] = [];
  for (const [type, content] of Object.entries(data).slice(0, LIMITS.displayMimeTypes)) {
    // Rows of a table are those of the session that shows it.
    if (type === TABLE_MIME || !MimeType.safeParse(type).success) continue;
    const text = textOfForm(type, content);
    if (text !== null && text.length <= LIMITS.displayBytes) forms.push([type, text]);
  }
  return Object.fromEntries(forms);
};

const shownItem = (output: unknown): CellItem | null => {
  const parsed = NotebookOutput.safeParse(output);
  if (!parsed.success) return null;
  const known = parsed.data;
  switch (known.output_type) {
    case 'stream': {
      const block = new TextBlock(known.name === 'stderr' ? 'stderr' : 'stdout');
      block.append(wholeText(known.text));
      return block;
    }
    case 'display_data':
    case 'execute_result': {
      const mime = shownForms(known.data);
      const isValue = known.output_type === 'execute_result';
      const types = Object.keys(mime);
      if (types.length === 0) return null;
      const text = mime['text/plain'];
      if (isValue && types.length === 1 && text !== undefined) return { kind: 'value', text };
      return { ...richItem(mime), isValue };
    }
    case 'error':
      return {
        kind: 'error',
        error: {
          type: known.ename,
          message: known.evalue,
          traceback: withoutColours(known.traceback.join('\n')),
          line: null,
        },
      };
  }
};

/** What of a cell's outputs can be shown. */
export const shownItems = (outputs: readonly unknown[]): CellItem[] =>
  outputs.slice(0, LIMITS.displayCount).flatMap((output) => shownItem(output) ?? []);

const contentOf = (type: string, text: string): unknown => {
  if (isJsonMime(type)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  return isTextMime(type) ? linesOf(text) : text;
};

/** What is read is no deeper in a notebook (see `readNotebook`), with the levels above it. */
const MAX_DEPTH = 180;

const dataOf = (mime: Mime): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(mime)
      .filter((type) => type !== TABLE_MIME)
      .sort()
      .map((type): [string, unknown] => [type, contentOf(type, mime[type] ?? '')])
      .filter(([, content]) => !isNestedDeeperThan(content, MAX_DEPTH)),
  );

const stream = (name: string, text: string): object[] =>
  text === '' ? [] : [{ name, output_type: 'stream', text: linesOf(text) }];

/** The outputs of a cell that was run here, with keys in the order in which Jupyter writes them. */
export const writtenOutputs = (items: readonly CellItem[], number: number | null): object[] =>
  items.flatMap((item): object[] => {
    switch (item.kind) {
      case 'text':
        return stream(item.stream, item.raw());
      case 'rich': {
        const data = dataOf(item.mime);
        return [
          item.isValue
            ? { data, execution_count: number, metadata: {}, output_type: 'execute_result' }
            : { data, metadata: {}, output_type: 'display_data' },
        ];
      }
      case 'value':
        return [
          {
            data: { 'text/plain': linesOf(item.text) },
            execution_count: number,
            metadata: {},
            output_type: 'execute_result',
          },
        ];
      case 'input': {
        const answer = item.secret ? '' : (item.answer ?? '');
        return stream('stdout', `${item.printed ? '' : item.prompt}${answer}\n`);
      }
      case 'error': {
        const { message, traceback, type } = item.error;
        const lines = traceback === '' ? [`${type}: ${message}`] : traceback.split('\n');
        return [{ ename: type, evalue: message, output_type: 'error', traceback: lines }];
      }
    }
  });
