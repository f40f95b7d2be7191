/** The one table of what code in the sandbox can't have, against what is said of it elsewhere. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describePython } from '../../../src/main/plugin/describe-python.ts';
import { ABSENT, absenceIn, absenceOf, AbsentFeature, sentenceOf } from '../../../src/shared/absent.ts';
import { CURATED_MODULES } from '../../../src/shared/curated-packages.ts';
import { STANDARD_MODULES } from '../../../src/shared/standard-library.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const limits = readFileSync(path.join(ROOT, 'docs/limits.md'), 'utf8').replace(/\s+/gu, ' ');

const Lock = z.object({ packages: z.record(z.string(), z.object({ imports: z.array(z.string()) })) });
const lock = Lock.parse(
  JSON.parse(readFileSync(path.join(ROOT, 'node_modules/pyodide/pyodide-lock.json'), 'utf8')),
);
const locked = new Set(Object.values(lock.packages).flatMap(({ imports }) => imports));

describe.each(AbsentFeature.options)('%s', (feature) => {
  const { advice, reason } = ABSENT.features[feature];

  it('is in docs/limits.md with its reason', () => {
    expect(limits).toContain(reason.replace('{module}', 'the module'));
    if (feature !== 'no-build') expect(limits).toContain(advice);
  });

  it('is recognised in the error that names it', () => {
    const module = reason.includes('{module}')
      ? (Object.entries(ABSENT.modules).find(([, its]) => its === feature)?.[0] ??
        (feature === 'no-build' ? 'torch' : 'resource'))
      : '';
    const said = `No module named '${module}'; ${reason.replace('{module}', module)}; ${advice}`;
    expect(absenceIn(said)).toEqual({ feature, module });
    expect(sentenceOf({ feature, module })).toContain(reason.replace('{module}', module));
  });
});

it.each(
  [ABSENT.modules, ABSENT.noBuild, ABSENT.useless, ABSENT.removed, ABSENT.otherServices].flatMap((table) =>
    Object.keys(table),
  ),
)('%s is named in docs/limits.md, and provided by no package', (module) => {
  expect(limits).toContain(`\`${module}\``);
  expect(absenceOf(module)).not.toBeNull();
  expect([locked.has(module), CURATED_MODULES.has(module)]).toEqual([false, false]);
});

it('names no module of the standard library as one without a build', () => {
  expect(Object.keys(ABSENT.noBuild).filter((module) => STANDARD_MODULES.has(module))).toEqual([]);
});

it('knows no other modules, nor names that every object has', () => {
  expect(['numpy', 'constructor', '__proto__', ''].map(absenceOf)).toEqual(Array(4).fill(null));
  expect(absenceIn("No module named 'config'")).toBeNull();
});

it('the table is what a model is told', () => {
  const card = describePython({
    runtime: 'embedded',
    pythonVersion: null,
    packages: [],
    autoInstall: false,
    timeoutSeconds: 60,
    memoryMiB: 1024,
    outputKiB: 1024,
  });
  for (const name of ['tkinter', 'curses', 'ffmpeg', ...Object.keys(ABSENT.noBuild)])
    expect(card).toContain(name);
});
