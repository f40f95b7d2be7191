/** NOTICE names what the build has in it of others, each under its licence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../../../scripts/shared/project.ts';

const Manifest = z.object({
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
});
type Manifest = z.infer<typeof Manifest>;

const manifestOf = (folder: string): Manifest =>
  Manifest.parse(JSON.parse(readFileSync(path.join(projectRoot, folder, 'package.json'), 'utf8')));

/** What a package needs only while others are compiled, for a program of its own, or in other systems than ours. */
const isLeftOut = (name: string): boolean =>
  /^(?:electron$|@types\/|@vue\/(?:compiler|server)|csstype$|ws$|vega-typings$|yargs$|argparse$)/u.test(name);

/** Packages that our sources import. */
const imported = (): string[] => {
  const names = new Set<string>();
  const installed = (name: string): boolean => {
    try {
      manifestOf(`node_modules/${name}`);
      return true;
    } catch {
      return false;
    }
  };
  for (const file of readdirSync(path.join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:ts|vue)$/u.test(file)) continue;
    const text = readFileSync(path.join(projectRoot, 'src', file), 'utf8');
    for (const [, scope = '', name = ''] of text.matchAll(
      /(?:\bfrom|^import)\s+'(@[\w-]+\/)?(\w[\w.-]*)/gmu,
    )) {
      if (installed(`${scope}${name}`)) names.add(`${scope}${name}`);
    }
  }
  return [...names];
};

const withAllTheyNeed = (names: readonly string[]): Map<string, string> => {
  const licences = new Map<string, string>();
  const add = (name: string, by = ''): void => {
    if (licences.has(name) || isLeftOut(name)) return;
    // A version of its own is in its own folder.
    const own = `${by}/node_modules/${name}`;
    const folder = by !== '' && existsSync(path.join(projectRoot, own)) ? own : `node_modules/${name}`;
    const { dependencies, license = 'none' } = manifestOf(folder);
    licences.set(name, license);
    for (const needed of Object.keys(dependencies)) add(needed, folder);
  };
  for (const name of names) add(name);
  return licences;
};

/** By name: licences stand in parentheses after those that they hold for. */
const noticed = (): Map<string, string> => {
  const text = readFileSync(path.join(projectRoot, 'NOTICE'), 'utf8');
  const found = new Map<string, string>();
  for (const [, names = '', licence = ''] of text.matchAll(/([^()]+)\(([\w.-]+)\)/gu))
    for (const name of names.match(/@?[\w./-]+/gu) ?? []) if (!found.has(name)) found.set(name, licence);
  return found;
};

test('NOTICE names all that our sources import, what that depends on, and what is installed with the package', () => {
  const ours = imported();
  // Some of each kind, so that nothing holds for want of names.
  expect(ours).toEqual(
    expect.arrayContaining(['zod', 'vue', '@codemirror/view', 'htmlparser2', 'env-paths']),
  );
  const all = withAllTheyNeed([...ours, ...Object.keys(manifestOf('.').dependencies)]);
  const inNotice = noticed();
  const wrong = [...all].filter(([name, licence]) => inNotice.get(name.toLowerCase()) !== licence);
  expect(wrong.filter(([name]) => name !== 'pyodide')).toEqual([]);
  expect(inNotice.get('Pyodide')).toBe(all.get('pyodide'));
});
