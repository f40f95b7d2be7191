/** What Node reads of a rejected promise may be a guest's: whatever it is, it costs the thread at most, not the process. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = path.join(import.meta.dirname, '..', 'support', 'planted-promise.ts');

/** See tests/support/planted-promise.ts. */
const plant = async (source: string, ...options: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', PROGRAM, ...options, source],
    { timeout: 60_000 },
  );
  return stdout.trim();
};

const both = (value: string): string => `(first, second) => ({ [first]: ${value}, [second]: ${value} })`;

it.each([
  ...['-5', 'NaN', '-Infinity', '1e300', '0.5', '2 ** 53', '10n', '"x"', 'Symbol()', 'null'].map(both),
  both('{ valueOf() { throw 1; } }'),
  both('new Proxy(() => 0, {})'),
  '(first, second) => ({ [first]: 5, [second]: -7 })',
  '(first, second) => ({ [first]: NaN, [second]: 5 })',
  '(first, second) => Object.defineProperties({}, { [first]: { get() { throw { toString() { throw 2; } }; } }, [second]: { get() { throw 1; } } })',
  '(first, second) => { let n = 0; return Object.defineProperties({}, { [first]: { get: () => n++ }, [second]: { get: () => -n++ } }); }',
  '(first, second) => new Proxy({}, { get() { throw new Error("no"); }, has() { throw 1; } })',
])('%s', async (source) => {
  expect(await plant(source)).toBe('2 survived');
});

it("with Node's default options a planted promise ends the process", async () => {
  await expect(plant(both('-5'), '--as-node-does')).rejects.toMatchObject({ signal: 'SIGABRT' });
});
