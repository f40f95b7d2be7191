import { LIMITS } from '../limits.ts';

/** The folder in which code works, as it sees it. */
export const WORKSPACE = '/workspace';

/** Why a name can't be used below /workspace, in words that can follow the name in a message. */
export type WorkspaceNameProblem = string;

// C0, DEL and C1: no file name a person means contains them, and they forge terminal output.
const CONTROL_CHARACTERS = /\p{Cc}/u;
const LONE_SURROGATES = /\p{Cs}/u;
const LINE_SEPARATORS = /[\p{Zl}\p{Zp}]/u;
/** Make a name look like another one: `a\u202Egnp.exe` is shown as `aexe.png`. */
const TURNS_TEXT_AROUND = /[\u202A-\u202E\u2066-\u2069]/u;

/**
 * Checks a workspace-relative file name (`data.csv`, `in/data.csv`): forward slashes, no way out of
 * /workspace. Returns null when the name is fine.
 */
export function workspaceNameProblem(name: string): WorkspaceNameProblem | null {
  if (name === '') return 'is empty';
  if (name.length > LIMITS.fileNameLength) return `is longer than ${LIMITS.fileNameLength} characters`;
  if (LONE_SURROGATES.test(name)) return 'is not well-formed Unicode';
  if (CONTROL_CHARACTERS.test(name)) return 'contains a control character';
  if (LINE_SEPARATORS.test(name)) return 'contains a line separator';
  if (TURNS_TEXT_AROUND.test(name)) return 'has characters that turn its text around';
  if (name.includes('\\')) return 'contains a backslash; separate folders with /';
  if (name.startsWith('/')) return 'is absolute; it must be relative to /workspace';
  for (const segment of name.split('/')) {
    if (segment === '..') return 'climbs out of /workspace';
    if (segment === '' || segment === '.') return 'has an empty or "." folder in it';
  }
  return null;
}
