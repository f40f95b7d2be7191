/**
 * The cases can fail: in Pyodide as it comes, in plain Node, the same code reaches the host. Only what is
 * known to work there is tried, in a process of its own, and what it reaches are canaries.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Canaries } from '../support/canaries.ts';
import { securityCases } from '../support/security-cases.ts';

const SCRIPT = fileURLToPath(new URL('../support/plain-pyodide.mjs', import.meta.url));

let canaries: Canaries;
beforeEach(async () => {
  canaries = await Canaries.place();
});
afterEach(() => canaries.remove());

const runUnhardened = async (code: string): Promise<string> => {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(code);
  return text(child.stdout);
};

const reaching = securityCases.filter(({ unhardened }) => unhardened !== undefined);

it('the list of cases that must reach the host without hardening is complete', () => {
  expect(reaching.map(({ id }) => id)).toEqual([
    'HE-01',
    'HE-02',
    'HE-03',
    'HE-04',
    'HE-06',
    'FS-02',
    'FS-04',
    'PROC-01',
  ]);
});

it.each(reaching)('$id reaches the host without hardening: $tries', async ({ runs, unhardened }) => {
  const stdout = await runUnhardened(canaries.fill(runs[0]?.code ?? ''));
  if (unhardened !== undefined && 'prints' in unhardened) {
    expect(stdout).toMatch(new RegExp(canaries.fill(unhardened.prints), 'u'));
  }
  if (unhardened !== undefined && 'creates' in unhardened) {
    expect(existsSync(path.join(canaries.folder, unhardened.creates))).toBe(true);
  }
});

it('the other canaries detect an escape as well', async () => {
  const before = canaries.fingerprint();
  const stdout = await runUnhardened(
    canaries.fill(
      [
        'import os, pyodide_js',
        'from pyodide.ffi import to_js',
        'run = to_js([1]).constructor.constructor',
        "print(run('return process.env.{{variable}}')())",
        'await run(\'return fetch("{{url}}").then((answer) => answer.text())\')()',
        "pyodide_js.mountNodeFS('/m', '{{folder}}')",
        "open('/m/new.txt', 'w').write('x')",
      ].join('\n'),
    ),
  );
  expect(stdout).toContain(canaries.variable);
  expect(canaries.connections).toBe(1);
  expect(canaries.fingerprint()).not.toBe(before);
});
