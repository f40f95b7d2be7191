import { LIMITS } from '../../shared/limits.ts';
import {
  MimeType,
  OutputFile,
  type FoundFiles,
  type ReportedFile,
  type RunNotice,
} from '../../shared/sandbox.ts';
import { workspaceNameProblem } from '../../shared/workspace-path.ts';
import type { JsonPart } from '../foreign-text/json-reader.ts';
import { quote } from '../foreign-text/printable.ts';

/** Where nothing is known of what is in a file. */
const UNKNOWN_TYPE = 'application/octet-stream';

/** A list of files as pairs or as objects: each of them with all that is in it. */
export const FILES_VALUES = 1 + 4 * LIMITS.listedFiles;

/** The guest's own list in its report. Without it, files are known by what is found. */
export const REPORTED_FILES: JsonPart = {
  path: ['files'],
  maxBytes: LIMITS.fileListBytes,
  maxDepth: 2,
  maxValues: FILES_VALUES,
};

export interface CheckedFiles {
  readonly files: OutputFile[];
  /** One, when files had to be left out. */
  readonly notices: RunNotice[];
}

/**
 * The files that a guest tells of, as far as they obey the contract.
 *
 * @param said the guest's own list; undefined when it gave none
 * @param found those that are there, seen by somebody else; undefined when nobody has looked
 */
export const checkFiles = (
  said: readonly ReportedFile[] | undefined,
  found: FoundFiles | undefined,
): CheckedFiles => {
  const types = new Map((said ?? []).map(({ name, mime }) => [name, typeOf(mime)]));
  const told = found ?? (said ?? []).map(({ name, size }): [string, number] => [name, size]);
  const names = new Set<string>();
  const files: OutputFile[] = [];
  const refused: string[] = [];
  for (const [name, size] of told) {
    const file = OutputFile.safeParse({ name, size, mime: types.get(name) ?? UNKNOWN_TYPE });
    if (!file.success) refused.push(name);
    else if (!names.has(name)) files.push(file.data);
    names.add(name);
  }
  return { files, notices: refused.length === 0 ? [] : [leftOut(refused)] };
};

const typeOf = (mime: string): string => (MimeType.safeParse(mime).success ? mime : UNKNOWN_TYPE);

const leftOut = ([first = '', ...others]: readonly string[]): RunNotice => {
  const problem = workspaceNameProblem(first);
  const why = problem === null ? 'its size makes no sense' : `its name ${problem}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return {
    code: 'files-left-out',
    message: `the list of files is without ${quote(first.slice(0, 100))} (${why})${more}`,
  };
};
