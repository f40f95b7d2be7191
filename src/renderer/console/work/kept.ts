/** How sessions and cells are kept on disk. What is read is checked: another version, or anyone, may have written it. */
import { z } from 'zod';
import { MimeType, OutputFile, RunError, RunResult, SessionName } from '../../../shared/contract/run.ts';
import { ApiErrorCode } from '../../../shared/ipc/answer.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { WorkPartName } from '../../../shared/ipc/work.ts';
import { PythonRuntime } from '../../../shared/runtimes.ts';
import { richItem, type Cell, type CellItem, type CellPhase } from '../model/cell.ts';
import { CellKind, CellOrigin, DocumentState, HiddenParts, NOTHING_HIDDEN } from '../model/document.ts';
import type { Session } from '../model/session.ts';
import { type KeptSource, partCount } from './kept-source.ts';
import { TextBlock } from '../model/texts/text-block.ts';
import type { Removal } from '../model/removals.ts';

const Count = z.number().int().nonnegative();
const Text = z.string();

/** The sessions in their order. Under the name `sessions`. */
export const KeptIndex = z.strictObject({
  version: z.literal(1),
  sessions: z.array(SessionName),
  active: Text,
  /** Sessions made so far: the next one has the number after it. */
  made: Count,
  /** Closed ones that can come back for a while, in the order in which they were closed. */
  closed: z.array(SessionName),
});
export type KeptIndex = z.infer<typeof KeptIndex>;

const KeptCode = z.strictObject({
  id: Text,
  source: Text,
  ran: z.boolean(),
  kind: CellKind.default('code'),
  origin: CellOrigin.nullable().default(null),
  hidden: HiddenParts.default(NOTHING_HIDDEN),
});

/** The file of a session, how many parts the kept work has of it, and which (see `sourceParts`). */
const KeptDocument = z.strictObject({
  ...DocumentState.shape,
  isChanged: z.boolean(),
  parts: Count,
  revision: Count.default(0),
});

/** A session's code. Under the session's name. */
export const KeptSession = z.strictObject({
  version: z.literal(1),
  name: SessionName,
  number: Count,
  title: Text.nullable(),
  cells: z.array(KeptCode),
  document: KeptDocument.nullable().default(null),
  /** Removed cells that can come back for a while, in the order in which they were removed. */
  removed: z
    .array(
      z.strictObject({
        ...KeptCode.shape,
        index: Count,
        /** The cell at whose end its code was put, and how long that one's own code was, in UTF-16 units. */
        merged: z.strictObject({ into: Text, length: Count }).nullable(),
      }),
    )
    .default([]),
  cellsMade: Count,
  /** Numbers are from files, too: one that is none of ours costs nothing but itself. */
  runs: Count.catch(0),
  runtime: PythonRuntime.nullable().default(null),
  history: z.array(Text),
  files: z.array(z.strictObject({ ...OutputFile.shape, mime: Text, cell: Count.nullable().catch(null) })),
  /** What a person has put there; the contents are under the names of the parts. */
  attached: z.array(z.strictObject({ name: Text, size: Count, parts: z.array(WorkPartName) })).default([]),
  scrollTop: z.number().nonnegative().nullable(),
});
export type KeptSession = z.infer<typeof KeptSession>;

const KeptItem = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), stream: z.enum(['stdout', 'stderr']), text: Text }),
  z.strictObject({ kind: z.literal('rich'), mime: z.record(MimeType, Text), isValue: z.boolean() }),
  z.strictObject({
    kind: z.literal('input'),
    prompt: Text,
    printed: z.boolean(),
    secret: z.boolean(),
    answer: Text.nullable(),
  }),
  z.strictObject({ kind: z.literal('value'), text: Text }),
  z.strictObject({ kind: z.literal('error'), error: RunError }),
]);
type KeptItem = z.infer<typeof KeptItem>;

const KeptPhase = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('draft') }),
  z.strictObject({ name: z.literal('done'), result: RunResult, endedAt: z.number() }),
  // Another version may have had other codes; the message says what it was.
  z.strictObject({ name: z.literal('refused'), code: ApiErrorCode.catch('failed'), message: Text }),
  z.strictObject({ name: z.literal('unfinished') }),
]);

/** What came of a cell. Under the cell's id. */
export const KeptCell = z.strictObject({
  version: z.literal(1),
  number: Count.nullable().catch(null),
  phase: KeptPhase,
  items: z.array(KeptItem),
  stale: z.boolean(),
  cut: z.boolean(),
  limits: z.strictObject({
    timeoutSeconds: z.number(),
    memoryMiB: z.number(),
    outputKiB: z.number().nullable().default(null),
  }),
  stopAskedAt: z.number().nullable(),
});
export type KeptCell = z.infer<typeof KeptCell>;

/** Most UTF-16 units of one cell's output that are kept. */
export const KEPT_OUTPUT_LENGTH = 8 * 1024 * 1024;
/** Most UTF-16 units of earlier code that are kept. */
const KEPT_HISTORY_LENGTH = 256 * 1024;

export const encode = (kept: KeptIndex | KeptSession | KeptCell | KeptSource): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(kept));

/** Null for what is none of that kind. */
export const decode = <T>(schema: z.ZodType<T>, bytes: Uint8Array): T | null => {
  try {
    const parsed = schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};

/** Whether something came of a cell that its document does not have. */
const hasRun = ({ isLoading, phase }: Cell): boolean =>
  isLoading || (phase.name !== 'draft' && phase.name !== 'opened');

const keptCode = (cell: Cell): z.infer<typeof KeptCode> => ({
  id: cell.id,
  source: cell.source,
  ran: hasRun(cell),
  kind: cell.kind,
  origin: cell.origin,
  hidden: cell.hidden,
});

const keptDocument = (session: Session): KeptSession['document'] => {
  const { document, documentSource, hasChanges, unreadParts } = session;
  return document === null
    ? null
    : {
        ...document,
        isChanged: hasChanges,
        parts: unreadParts?.length ?? (documentSource === null ? 0 : partCount(documentSource)),
        revision: session.sourceRevision,
      };
};

/** @param removals what can come back, also into other sessions */
export const keptSession = (session: Session, removals: readonly Removal[] = []): KeptSession => ({
  version: 1,
  name: session.name,
  number: session.number,
  title: session.title,
  cells: session.cells.map(keptCode),
  document: keptDocument(session),
  removed: removals.flatMap((removal) => {
    if (removal.kind === 'session' || removal.session.name !== session.name) return [];
    const { cell, index } = removal;
    const merged =
      removal.kind === 'merge' ? { into: removal.upper.id, length: removal.source.before.length } : null;
    return [{ ...keptCode(cell), index, merged }];
  }),
  cellsMade: session.cellsMade,
  runs: session.runs,
  runtime: session.runtime,
  history: session.history.newest(KEPT_HISTORY_LENGTH),
  files: [...session.files],
  attached: session.attached.map(({ name, parts, size }) => ({ name, size, parts: [...parts] })),
  scrollTop: session.scrollTop,
});

/** Its code is kept elsewhere, whole; output beyond the limit is not. */
export const encodeCell = (cell: Cell, limit = KEPT_OUTPUT_LENGTH): Uint8Array => {
  const { cut, items } = keptItems(cell.items, limit);
  const bytes = encode({
    version: 1,
    number: cell.number,
    phase: keptPhase(cell.phase),
    items,
    stale: cell.stale,
    cut: cut || cell.isCut,
    limits: { ...cell.limits },
    stopAskedAt: cell.stopAskedAt,
  });
  // Characters may take several bytes.
  return bytes.byteLength > LIMITS.workPartBytes && limit > 0
    ? encodeCell(cell, Math.floor(limit / 4))
    : bytes;
};

const keptPhase = (phase: CellPhase): KeptCell['phase'] => {
  switch (phase.name) {
    case 'running':
      return { name: 'unfinished' };
    case 'opened':
      return { name: 'draft' };
    case 'done': {
      // The items have all of it.
      const told = { ...phase.result, value: null, stdout: '', stderr: '', outputs: [] };
      return { name: 'done', result: told, endedAt: phase.endedAt };
    }
    case 'draft':
    case 'unfinished':
    case 'refused':
      return phase;
  }
};

const keptItems = (items: readonly CellItem[], limit: number): { items: KeptItem[]; cut: boolean } => {
  let left = limit;
  let cut = false;
  /** As much of it as there is room for. */
  const fit = (text: string): string => {
    const fitting = text.slice(0, left);
    left -= fitting.length;
    cut ||= fitting.length < text.length;
    return fitting;
  };
  const kept = items.flatMap((item): KeptItem[] => {
    switch (item.kind) {
      case 'text':
        return [{ kind: 'text', stream: item.stream, text: fit(item.raw()) }];
      case 'rich': {
        const size = Object.values(item.mime).reduce((sum, { length }) => sum + length, 0);
        if (size > left) {
          cut = true;
          return [];
        }
        left -= size;
        return [{ kind: 'rich', mime: item.mime, isValue: item.isValue }];
      }
      case 'input': {
        // A password is kept nowhere.
        const answer =
          item.answer === undefined ? null : item.secret && item.answer !== null ? '' : item.answer;
        return [{ kind: 'input', prompt: item.prompt, printed: item.printed, secret: item.secret, answer }];
      }
      case 'value':
        return [{ kind: 'value', text: fit(item.text) }];
      case 'error': {
        const { message, traceback, ...rest } = item.error;
        return [{ kind: 'error', error: { ...rest, message: fit(message), traceback: fit(traceback) } }];
      }
    }
  });
  return { items: kept, cut };
};

/** Puts what was kept into a cell that has not been run since. */
export const restoreCell = (cell: Cell, kept: KeptCell): void => {
  cell.number = kept.number;
  cell.phase = kept.phase;
  cell.items = kept.items.map(restoreItem);
  cell.stale = kept.stale;
  cell.isCut = kept.cut;
  cell.limits = kept.limits;
  cell.stopAskedAt = kept.stopAskedAt;
};

const restoreItem = (item: KeptItem): CellItem => {
  switch (item.kind) {
    case 'text': {
      const block = new TextBlock(item.stream);
      block.append(item.text);
      return block;
    }
    case 'rich':
      return { ...richItem(item.mime), isValue: item.isValue };
    case 'input':
    case 'value':
    case 'error':
      return item;
  }
};
