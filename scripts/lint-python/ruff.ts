/**
 * Ruff, as WebAssembly. That build takes a text and settings and knows no files, so what ruff.toml says of paths is
 * applied here. It checks `.py` files; stubs are pyright's.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { errorMessage, SetupError } from '../shared/setup-error.ts';

export const RUFF_CONFIG = 'ruff.toml';

/** What is applied here; Ruff itself checks all the rest. */
const ruffConfigSchema = z.looseObject({
  'per-file-target-version': z.record(z.string(), z.string()).default({}),
  lint: z
    .looseObject({
      ignore: z.array(z.string()).default([]),
      'per-file-ignores': z.record(z.string(), z.array(z.string())).default({}),
    })
    .prefault({}),
});
type RuffConfig = z.infer<typeof ruffConfigSchema>;

const diagnosticsSchema = z.array(
  z.object({
    code: z.string().nullable(),
    message: z.string(),
    start_location: z.object({ row: z.number(), column: z.number() }),
  }),
);

export interface RuffFinding {
  /** Relative to the project, with slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

export class Ruff {
  readonly #config: RuffConfig;
  readonly #workspaces = new Map<string, Workspace>();

  /** `root` is the folder with ruff.toml. */
  constructor(root: string) {
    this.#config = ruffConfigSchema.parse(parse(readFileSync(path.join(root, RUFF_CONFIG), 'utf8')));
  }

  /** `file` is relative to the project, with slashes; it need not exist. */
  check(file: string, text: string): RuffFinding[] {
    return diagnosticsSchema
      .parse(this.#workspaceFor(file).check(text))
      .map(({ code, message, start_location: { row, column } }) => ({
        file,
        line: row,
        column,
        code: code ?? 'error',
        message,
      }));
  }

  /** The text in Ruff's format; null when it has none because it is not Python. `check` says where it is not. */
  format(file: string, text: string): string | null {
    try {
      return this.#workspaceFor(file).format(text);
    } catch {
      return null;
    }
  }

  #workspaceFor(file: string): Workspace {
    const settings = settingsFor(this.#config, file);
    const key = JSON.stringify(settings);
    const known = this.#workspaces.get(key);
    if (known !== undefined) return known;
    const workspace = openWorkspace(settings);
    this.#workspaces.set(key, workspace);
    return workspace;
  }
}

function openWorkspace(settings: object): Workspace {
  try {
    return new Workspace(settings, PositionEncoding.Utf16);
  } catch (error) {
    throw new SetupError(`${RUFF_CONFIG}: ${errorMessage(error)}`);
  }
}

function settingsFor(config: RuffConfig, file: string): object {
  const { 'per-file-target-version': versions, lint, ...rest } = config;
  const { 'per-file-ignores': ignores, ...lintRest } = lint;
  const version = forFile(versions, file).at(-1);
  return {
    ...rest,
    ...(version === undefined ? {} : { 'target-version': version }),
    lint: { ...lintRest, ignore: [...lint.ignore, ...forFile(ignores, file).flat()] },
  };
}

/** Those values of a table by pattern that apply to the file. */
function forFile<Value>(table: Record<string, Value>, file: string): Value[] {
  return Object.entries(table)
    .filter(([pattern]) => matches(pattern, file))
    .map(([, value]) => value);
}

/** Of Ruff's patterns only those that need no interpretation: one file, or all below a folder. */
function matches(pattern: string, file: string): boolean {
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -'**'.length) : null;
  if ((folder ?? pattern).search(/[*?[\]{}!]/) >= 0) {
    throw new SetupError(`${RUFF_CONFIG}: '${pattern}' is neither a file nor 'folder/**'`);
  }
  return folder === null ? file === pattern : file.startsWith(folder);
}
