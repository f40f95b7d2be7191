import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { PackageError } from './package-error.ts';

/** Much more than anyone writes by hand. */
const MAX_BLOCK_LENGTH = 64 * 1024;
const START = /^# \/\/\/ ([A-Za-z0-9-]+)$/u;
const END = '# ///';

const Dependencies = z.array(z.string().max(512)).max(128).default([]);

/**
 * The packages that a script says it needs, in its inline metadata (PEP 723):
 *
 *     # /// script
 *     # dependencies = ["pandas", "rich>=13"]
 *     # ///
 *
 * @returns requirements as written; empty when there is no such block
 * @throws PackageError `bad-script-metadata`
 */
export function scriptDependencies(code: string): string[] {
  const blocks = metadataBlocks(code);
  const [block] = blocks;
  if (block === undefined) return [];
  if (blocks.length > 1) throw badMetadata('there is more than one "script" block; keep one');
  if (block.length > MAX_BLOCK_LENGTH) throw badMetadata('the block is too long; shorten it');
  const dependencies = Dependencies.safeParse(tomlOf(block).get('dependencies'));
  if (dependencies.success) return dependencies.data;
  throw badMetadata('"dependencies" must be a list of at most 128 short texts; write ["pandas", "rich"]');
}

/** As the specification's reference: a block reaches to the last end mark before a line that is no comment. */
function metadataBlocks(code: string): string[] {
  const lines = code.split(/\r?\n/u);
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (START.exec(lines[at] ?? '')?.[1] !== 'script') continue;
    let end = -1;
    let line = at + 1;
    for (; line < lines.length && isComment(lines[line] ?? ''); line++) {
      if (lines[line] === END) end = line;
    }
    if (end === -1) {
      // Nor does anything else that starts in these comments end: looking again at each would take for ever.
      at = line - 1;
      continue;
    }
    blocks.push(
      lines
        .slice(at + 1, end)
        .map((text) => text.slice(2))
        .join('\n'),
    );
    at = end;
  }
  return blocks;
}

const isComment = (line: string): boolean => line === '#' || line.startsWith('# ');

function tomlOf(block: string): ReadonlyMap<string, unknown> {
  try {
    return new Map(Object.entries(parse(block)));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw badMetadata(`line ${error.line} of the block is not TOML; correct it`);
  }
}

function badMetadata(problem: string): PackageError {
  return new PackageError('bad-script-metadata', `the script's inline metadata can not be used: ${problem}`);
}
