/**
 * The real configurations of Ruff and pyright against made-up Python: each text is checked under the path that a file
 * of that folder would have.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { lintPython } from '../../../scripts/lint-python.ts';
import { checkTypes } from '../../../scripts/lint-python/pyright.ts';
import { pythonFiles } from '../../../scripts/lint-python/python-files.ts';
import { Ruff, RUFF_CONFIG } from '../../../scripts/lint-python/ruff.ts';
import { projectRoot } from '../../../scripts/shared/project.ts';

const OURS = [
  'src/shared/python/made_up.py',
  'src/utility/python/made_up.py',
  'src/main/native/python/made_up.py',
  'scripts/build/made_up.py',
  'bench/made_up.py',
];
const EXAMPLES = ['examples/made_up.py', 'src/renderer/console/start/examples/made_up.py'];

afterEach(() => {
  vi.unstubAllEnvs();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-lint-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project with our configurations and Python, and some files more. */
function projectWith(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const name of [
    RUFF_CONFIG,
    'pyrightconfig.json',
    'typings',
    'src/shared/python',
    'src/utility/python',
  ]) {
    cpSync(path.join(projectRoot, name), path.join(root, name), { recursive: true });
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

describe('Ruff', () => {
  const ruff = new Ruff(projectRoot);
  const codes = (file: string, text: string) => ruff.check(file, text).map(({ code }) => code);

  it.each([...OURS, ...EXAMPLES])('finds what is wrong in %s', (file) => {
    expect(codes(file, 'import os\n')).toEqual(['F401']);
    expect(codes(file, 'import sys\nimport os\n\nsys.exit(os.name)\n')).toEqual(['I001']);
    expect(codes(file, 'def add(item, items=[]):\n    items.append(item)\n')).toEqual(['B006']);
    expect(codes(file, `text = "${'long '.repeat(30)}"\n`)).toEqual(['E501']);
    expect(codes(file, 'import os  # noqa: F401, E501\n')).toEqual(['RUF100']);
    expect(codes(file, 'def broken(:\n')).toContain('invalid-syntax');
  });

  it.each(OURS)('accepts good code in %s', (file) => {
    expect(ruff.check(file, 'import os\n\nNAME = os.name\n')).toEqual([]);
  });

  it.each(OURS.filter((file) => file !== 'bench/made_up.py'))(
    'lets no print() be left behind in %s',
    (file) => {
      expect(codes(file, 'print(1)\n')).toEqual(['T201']);
    },
  );

  it.each(EXAMPLES)('allows print() and a last expression in %s', (file) => {
    expect(ruff.check(file, 'print(1)\nx = 2\nx\n')).toEqual([]);
    expect(codes('src/shared/python/made_up.py', 'x = 2\nx\n')).toEqual(['B018']);
  });

  it('holds each folder to the Python it runs on', () => {
    const matched = 'match 1:\n    case _:\n        pass\n';
    const union = 'def half(x: int | None) -> None: ...\n';
    for (const file of ['src/shared/python/made_up.py', 'src/main/native/python/made_up.py']) {
      expect(codes(file, matched), file).toEqual(['invalid-syntax']);
      expect(codes(file, union), file).toEqual(['FA102']);
    }
    expect(codes('src/utility/python/made_up.py', matched)).toEqual([]);
    expect(codes('src/utility/python/made_up.py', union)).toEqual([]);
    const old = 'from typing import Optional\n\nNAME: Optional[str] = None\n';
    expect(codes('src/utility/python/made_up.py', old)).toContain('UP045');
    expect(codes('src/shared/python/made_up.py', old)).not.toContain('UP045');
  });

  it('gives file, line, column and rule of a finding, and names files that are not formatted', () => {
    const root = projectWith({ 'src/utility/python/made_up.py': 'x = 1\nimport os\ny = {  }\n' });
    const findings = lintPython(root, ['src/utility/python/made_up.py']);
    expect(findings[0]).toMatch(/^src\/utility\/python\/made_up\.py:2:1: E402 \S/);
    expect(findings).toContain('src/utility/python/made_up.py: not formatted; npm run format does it');
    expect(ruff.format('src/utility/python/made_up.py', 'y = {  }\n')).toBe('y = {}\n');
    expect(ruff.format('src/utility/python/made_up.py', 'def broken(:\n')).toBeNull();
  });

  it('refuses settings that it would not apply', () => {
    for (const settings of [
      '[lint.per-file-ignores]\n"src/*/python.py" = ["F401"]\n',
      'target-versio = "py38"\n',
      '[lint]\nselect = ["NO-SUCH-RULE"]\n',
    ]) {
      const root = projectWith({ [RUFF_CONFIG]: settings });
      expect(() => new Ruff(root).check('a.py', ''), settings).toThrow(RUFF_CONFIG);
    }
  });

  it('is given every Python file of the project, of all folders', async () => {
    const files = await pythonFiles(projectRoot);
    for (const folder of [...OURS, ...EXAMPLES].map((file) => path.posix.dirname(file))) {
      expect(
        files.some((file) => path.posix.dirname(file) === folder),
        folder,
      ).toBe(true);
    }
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  });
});

describe('pyright', () => {
  // In one project: each start of pyright takes as long as reading all stubs.
  it('finds type errors in every folder, accepts good code there, and asks no Python of this computer', async () => {
    const marker = path.join(temporaryFolder(), 'asked');
    const programs = temporaryFolder();
    for (const name of ['python', 'python3']) {
      writeFileSync(path.join(programs, name), `#!/bin/sh\n: > '${marker}'\nexit 1\n`);
      chmodSync(path.join(programs, name), 0o755);
    }
    vi.stubEnv('PATH', `${programs}${path.delimiter}${process.env['PATH'] ?? ''}`);
    const good = (file: string): string => file.replace('made_up', 'good');
    const root = projectWith({
      ...Object.fromEntries(OURS.map((file) => [good(file), 'def count(x: int) -> int:\n    return x\n'])),
      ...Object.fromEntries(
        EXAMPLES.map((file) => [good(file), 'def twice(x):\n    return x * 2\n\n\ntwice(1)\n']),
      ),
      ...Object.fromEntries(OURS.map((file) => [file, 'count: int = "one"\n'])),
      ...Object.fromEntries(EXAMPLES.map((file) => [file, 'len(1)\n'])),
      // Through the relative imports of our modules, as modules.py loads them.
      'src/utility/python/across.py': 'from ...shared.python.text import valid\n\nvalid(1)\n',
      'src/main/native/python/across.py': 'from ....shared.python.text import valid\n\nvalid(1)\n',
      'src/utility/python/missing.py': 'from ...shared.python.no_such import x as x\n',
      // A name that a stub does not have, and a package that has none.
      'examples/stubs.py': 'import pandas as pd\n\npd.read_exel("a")\n',
      'examples/unknown.py': 'import no_such_package as no_such_package\n',
      'src/utility/python/untyped.py': 'def twice(x):\n    return x\n',
      'src/utility/python/silenced.py': 'count: int = "one"  # type: ignore\n',
      'src/utility/python/needless.py': 'count: int = 1  # pyright: ignore[reportArgumentType]\n',
      'src/shared/python/newer.py':
        'def f(x: object) -> None:\n    match x:\n        case _:\n            pass\n',
    });
    const { ok, text } = await checkTypes(root);
    expect(ok).toBe(false);
    const found = new Set(
      [...text.matchAll(/(?<file>\S+\.py):\d+:\d+ - (?:error|warning)/g)].map((match) =>
        path.relative(root, match.groups?.['file'] ?? '').replaceAll(path.sep, '/'),
      ),
    );
    expect(existsSync(marker)).toBe(false);
    expect([...found].sort()).toEqual(
      [
        ...OURS,
        ...EXAMPLES,
        'examples/stubs.py',
        'examples/unknown.py',
        'src/main/native/python/across.py',
        'src/shared/python/newer.py',
        'src/utility/python/across.py',
        'src/utility/python/missing.py',
        'src/utility/python/needless.py',
        'src/utility/python/silenced.py',
        'src/utility/python/untyped.py',
      ].sort(),
    );
  });
});
