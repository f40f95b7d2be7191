import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { Yielder } from '../../foreign-text/yielder.ts';
import { PackageError } from '../package-error.ts';

/** With its comment marks. Much more than anyone writes by hand. */
const MAX_BLOCK_LENGTH = 64 * 1024;
const START = '# /// script';
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
export async function scriptDependencies(code: string): Promise<string[]> {
  const blocks = await metadataBlocks(code);
  const [block] = blocks;
  if (block === undefined) return [];
  if (blocks.length > 1) throw badMetadata('there is more than one "script" block; keep one');
  if (block.length > MAX_BLOCK_LENGTH) throw badMetadata('the block is too long; shorten it');
  const dependencies = Dependencies.safeParse(tomlOf(block).get('dependencies'));
  if (dependencies.success) return dependencies.data;
  throw badMetadata('"dependencies" must be a list of at most 128 short texts; write ["pandas", "rich"]');
}

/**
 * The first two that there are, with their comment marks. As the specification's reference: a block reaches to the last
 * end mark before a line that is no comment.
 */
async function metadataBlocks(code: string): Promise<string[]> {
  const yielder = new Yielder();
  const blocks: string[] = [];
  for (let at = startOf(code, 0); at !== -1 && blocks.length < 2;) {
    const first = lineAfter(code, at);
    let end = -1;
    let line = first;
    for (let next; line < code.length; line = next) {
      next = lineAfter(code, line);
      const text = lineAt(code, line);
      if (!isComment(text)) break;
      if (text === END) end = line;
      await yielder.pause();
    }
    // Where nothing ends, nor does anything else that starts in these comments: looking again at each would take for ever.
    if (end !== -1) blocks.push(code.slice(first, end));
    at = startOf(code, end === -1 ? line : lineAfter(code, end));
  }
  return blocks;
}

/** Where the next line is that starts a block; -1 when there is none. @param from where a line begins */
const startOf = (code: string, from: number): number => {
  for (let at = from; ; at += START.length) {
    at = code.indexOf(START, at);
    if (at === -1 || ((at === 0 || code[at - 1] === '\n') && lineAt(code, at) === START)) return at;
  }
};

const lineAfter = (code: string, from: number): number => {
  const end = code.indexOf('\n', from);
  return end === -1 ? code.length : end + 1;
};

/** Without its end. @param from where it begins */
const lineAt = (code: string, from: number): string => {
  const end = code.indexOf('\n', from);
  if (end === -1) return code.slice(from);
  return code.slice(from, code[end - 1] === '\r' ? end - 1 : end);
};

const isComment = (line: string): boolean => line === '#' || line.startsWith('# ');

const uncommented = (block: string): string =>
  block
    .split(/\r?\n/u)
    .map((line) => line.slice(2))
    .join('\n');

function tomlOf(block: string): ReadonlyMap<string, unknown> {
  try {
    return new Map(Object.entries(parse(uncommented(block))));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw badMetadata(`line ${error.line} of the block is not TOML; correct it`);
  }
}

function badMetadata(problem: string): PackageError {
  return new PackageError('bad-script-metadata', `the script's inline metadata can not be used: ${problem}`);
}
