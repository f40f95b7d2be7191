/** What programs that no compiler has checked hand to a sandbox: each is named, and nothing is taken for something else. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/main/library/api/api.ts';
import { VivariumError } from '../../../src/main/library/errors.ts';
import { functionStubs } from '../../../src/main/library/functions.ts';
import { createNativePython } from '../../../src/main/library/native-python.ts';
import { createQuestions } from '../../../src/main/library/questions.ts';
import { librarySandbox } from '../../support/library-sandbox.ts';

const sandbox = librarySandbox();
const session = sandbox.session('odd');
const native = createNativePython({ idleMs: undefined });
afterAll(() => Promise.all([sandbox.dispose(), native.dispose()]));

/** Of a call without types. */
const problemWith = async (call: () => unknown): Promise<string> => {
  try {
    await call();
  } catch (error) {
    if (error instanceof VivariumError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'taken';
};

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- as JavaScript has it */
const untyped: any = sandbox;
const untypedSession: any = session;
const untypedNative: any = native;

describe('options of a run', () => {
  it.each<[string, unknown]>([
    ['options', null],
    ['options', 5],
    ['options', []],
    // A field of the request, and without a word there would be no time limit.
    ['timeoutMs', { timeoutMs: 1000 }],
    ['signal', { signal: 'now' }],
    ['signal', { signal: null }],
    ['onOutput', { onOutput: 'print' }],
    ['onInput', { onInput: 'answer' }],
    ['countsInput', { countsInput: 1 }],
    ['confirm', { confirm: true }],
    ['functions', { functions: null }],
    ['functions', { functions: [] }],
    ['functions', { functions: new Map([['a', { handler: () => 1 }]]) }],
  ])('%s of %j is named', async (name, options) => {
    const expected = new RegExp(`^invalid-option ${name}: .`, 'u');
    expect(await problemWith(() => untyped.run('1', options))).toMatch(expected);
    if (name !== 'timeoutMs')
      expect(await problemWith(() => untypedSession.run('1', options))).toMatch(expected);
    expect(await problemWith(() => untypedSession.reset(options))).toMatch(expected);
  });

  it.each<[string, unknown]>([
    ['timeoutMs', { timeoutMs: '1000' }],
    ['files', { files: 'a.txt' }],
    ['packages', { packages: 'numpy' }],
    ['package', { package: ['numpy'] }],
  ])('of a session: %s of %j is named', async (name, options) => {
    expect(await problemWith(() => untypedSession.run('1', options))).toMatch(`invalid-option ${name}: `);
  });

  it('that are undefined are as if they were not there', async () => {
    const { status } = await (untyped as Sandbox).run('1', {
      ...({ signal: undefined, onOutput: undefined, confirm: undefined } as object),
      functions: undefined,
    });
    expect(status).toBe('ok');
  });
});

it.each<[string, unknown]>([
  ['code', undefined],
  ['code', null],
  ['code', 5],
  ['code', { code: 5 }],
  ['sesion', { code: '1', sesion: 'x' }],
])('a request whose %s is not right is refused: %j', async (name, request) => {
  expect(await problemWith(() => untyped.run(request))).toMatch(
    new RegExp(`^invalid-request .*${name}`, 'u'),
  );
});

it('a function of a run that is none is refused', async () => {
  expect(await problemWith(() => untyped.run('1', { functions: { a: null } }))).toMatch(
    'invalid-request functions.a: ',
  );
});

it.each<[string, () => unknown]>([
  ['name', () => untyped.session(null)],
  ['name', () => untypedSession.files.read()],
  ['files', () => untypedSession.files.write()],
  ['names', () => untyped.packages.install('six')],
  ['names', () => untyped.packages.install()],
  ['names', () => untyped.packages.remove('six')],
  ['type', () => untyped.events.on('run-begun', () => 1)],
  ['listener', () => untyped.events.on('run-began')],
  ['listener', () => untyped.events.onAny('all')],
  ['pyhton', () => createNativePython({ pyhton: 'python3' } as never)],
  ['options', () => createNativePython(null as never)],
  ['timeoutMs', () => untypedNative.run('1', { timeoutMs: 1000 })],
  ['onOutput', () => untypedNative.run('1', { onOutput: 'print' })],
  ['functions', () => untypedNative.run('1', { functions: {} })],
  ['options', () => untypedNative.reset('x', null)],
  ['timeoutMs', () => createQuestions({ timeoutMs: 0 })],
  ['timeout', () => createQuestions({ timeout: 1000 } as never)],
  ['options', () => createQuestions(null as never)],
  ['functions', () => functionStubs(undefined as never)],
  ['functions', () => functionStubs(new Map() as never)],
  ['functions.a', () => functionStubs({ a: null } as never)],
])('%s of another kind is refused: %s', async (name, call) => {
  expect(await problemWith(call)).toMatch(`invalid-option ${name}: `);
});
