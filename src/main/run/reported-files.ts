import { LIMITS } from '../../shared/limits.ts';
import { MimeType, type OutputFile, type RunNotice } from '../../shared/contract/run.ts';
import type { FoundFiles, ReportedFile } from '../../shared/protocol/guest-report.ts';
import { WORKSPACE, workspaceNameProblem } from '../../shared/contract/workspace-path.ts';
import type { JsonPart } from '../foreign-text/json-reader.ts';
import { quote } from '../foreign-text/printable.ts';

/** MIME type of a file for which the guest reports none, or none that is valid. */
export const UNKNOWN_TYPE = 'application/octet-stream';

/** Values in the JSON of a list of files, for each file. */
export const FILES_VALUES = 1 + 6 * LIMITS.listedFiles;

/** The list of files in the guest's report. Without it, the files that the realm found are used. */
export const REPORTED_FILES: JsonPart = {
  path: ['files'],
  maxBytes: LIMITS.fileListBytes,
  maxDepth: 2,
  maxValues: FILES_VALUES,
};

/** Part of a refused name that is kept, in UTF-16 units: enough to be recognised as too long. */
const SHOWN_LENGTH = LIMITS.fileNameLength + 1;

export interface CheckedFiles {
  readonly files: OutputFile[];
  /** Notices about files that are not in the list, or were renamed. */
  readonly notices: RunNotice[];
  /** Whether some had to be left out that should be in the list. */
  readonly cut: boolean;
}

/**
 * The files that a guest reports, as far as they conform to the contract.
 *
 * @param said the guest's own list; undefined when it reported none
 * @param found files that the realm found; undefined for a backend without a realm
 * @param isShort whether there were more than are listed at most
 */
export const checkFiles = (
  said: readonly ReportedFile[] | undefined,
  found: FoundFiles | undefined,
  isShort = false,
): CheckedFiles => {
  const types = new Map<string, string>();
  const refused = new Set<string>();
  const elsewhere: (readonly [name: string, size: number])[] = [];
  const renamed = new Map<string, string>();
  const unfinished: string[] = [];
  // Invalid names that the guest reports lead to a notice, also when no such file was found.
  for (const { mime, name, open, size, was } of said ?? []) {
    if (isElsewhere(name) && isSize(size)) {
      elsewhere.push([name, size]);
    } else if (workspaceNameProblem(name) === null) {
      types.set(name, typeOf(mime));
      if (was !== undefined) renamed.set(name, was.slice(0, SHOWN_LENGTH));
      if (open === true) unfinished.push(name);
    } else {
      refused.add(name.slice(0, SHOWN_LENGTH));
    }
  }
  const told =
    found ??
    (said ?? [])
      .filter(({ name }) => !isElsewhere(name))
      .map(({ name, size }): [string, number] => [name, size]);
  const files = new Map<string, OutputFile>();
  for (const [name, size] of told) {
    // Checked first: a schema is slow to refuse, and long names are slow to look up.
    if (workspaceNameProblem(name) !== null || !isSize(size)) {
      refused.add(name.slice(0, SHOWN_LENGTH));
    } else if (!files.has(name)) {
      files.set(name, { name, size, mime: types.get(name) ?? UNKNOWN_TYPE });
    }
  }
  const stillOpen = unfinished.filter((name) => files.has(name));
  const notices = [
    ...(refused.size === 0 ? [] : [leftOut([...refused])]),
    ...(isShort ? [TOO_MANY] : []),
    ...(elsewhere.length === 0 ? [] : [madeElsewhere(elsewhere)]),
    ...(renamed.size === 0 ? [] : [filesRenamed([...renamed].map(([name, was]) => [was, name]))]),
    ...(stillOpen.length === 0 ? [] : [filesOpen(stillOpen)]),
  ];
  return { files: [...files.values()], notices, cut: isShort || refused.size > 0 };
};

/** Whether the path is absolute and outside of the workspace. */
const isElsewhere = (name: string): boolean =>
  name.length <= LIMITS.pathLength && name.startsWith('/') && !name.startsWith(`${WORKSPACE}/`);

const isSize = (size: number): boolean =>
  Number.isInteger(size) && size >= 0 && size <= LIMITS.listedFileBytes;

const typeOf = (mime: string): string => (MimeType.safeParse(mime).success ? mime : UNKNOWN_TYPE);

/** @param names that were refused, each once */
const leftOut = ([first = '', ...others]: readonly string[]): RunNotice => {
  const problem = workspaceNameProblem(first);
  const why = problem === null ? 'its size makes no sense' : `its name ${problem}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return {
    code: 'files-left-out',
    message: `the list of files is without ${quote(first)} (${why})${more}`,
  };
};

const TOO_MANY: RunNotice = {
  code: 'too-many-files',
  message: `there are more than ${LIMITS.listedFiles} new or changed files, and the list has the first ${LIMITS.listedFiles}; put them into an archive`,
  values: { most: String(LIMITS.listedFiles) },
};

/** Names in one notice; further ones are counted. */
const MAX_TOLD = 5;

const andMore = (told: readonly string[]): string =>
  told.length <= MAX_TOLD
    ? told.join(', ')
    : `${told.slice(0, MAX_TOLD).join(', ')} and ${told.length - MAX_TOLD} more`;

const madeElsewhere = (files: readonly (readonly [name: string, size: number])[]): RunNotice => {
  const names = andMore(files.map(([name, size]) => `${quote(name.slice(0, SHOWN_LENGTH))} (${size} bytes)`));
  return {
    code: 'files-elsewhere',
    message: `made outside of /workspace, and so not handed out: ${names}; write to the working directory instead`,
    values: { files: names },
  };
};

/** @param names the old ones with the new ones */
export const filesRenamed = (names: readonly (readonly [was: string, now: string])[]): RunNotice => {
  const files = andMore(names.map(([was, now]) => `${quote(was)} as ${quote(now)}`));
  return { code: 'files-renamed', message: `saved under another name: ${files}`, values: { files } };
};

const filesOpen = (names: readonly string[]): RunNotice => {
  const files = andMore(names.map(quote));
  return {
    code: 'files-open',
    message: `still open for writing, and perhaps not whole: ${files}; close them in the code, with close() or a with statement`,
    values: { files },
  };
};
