import { LIMITS } from '../../shared/limits.ts';
import {
  MimeType,
  type OutputFile,
  type FoundFiles,
  type ReportedFile,
  type RunNotice,
} from '../../shared/contract/sandbox.ts';
import { workspaceNameProblem } from '../../shared/contract/workspace-path.ts';
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

/** Of a name that is refused, in UTF-16 units; a longer one is still one that is too long. */
const SHOWN_LENGTH = LIMITS.fileNameLength + 1;

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
  const types = new Map<string, string>();
  const refused = new Set<string>();
  // Whoever tells of names that no file can have is told of, also when nothing of the kind was found.
  for (const { mime, name } of said ?? []) {
    if (workspaceNameProblem(name) === null) types.set(name, typeOf(mime));
    else refused.add(name.slice(0, SHOWN_LENGTH));
  }
  const told = found ?? (said ?? []).map(({ name, size }): [string, number] => [name, size]);
  const files = new Map<string, OutputFile>();
  for (const [name, size] of told) {
    // First of all: a schema takes long to say no, and a long name to be looked up.
    if (workspaceNameProblem(name) !== null || !isSize(size)) {
      refused.add(name.slice(0, SHOWN_LENGTH));
    } else if (!files.has(name)) {
      files.set(name, { name, size, mime: types.get(name) ?? UNKNOWN_TYPE });
    }
  }
  return { files: [...files.values()], notices: refused.size === 0 ? [] : [leftOut([...refused])] };
};

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
