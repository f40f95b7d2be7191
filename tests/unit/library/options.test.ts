import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../src/main/library/options.ts';
import { VivariumError } from '../../../src/main/library/errors.ts';

const problemWith = (options: unknown): string => {
  try {
    parseOptions(options);
  } catch (error) {
    if (error instanceof VivariumError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'taken';
};

describe('an option that can not be used is named', () => {
  it.each<[string, unknown]>([
    ['memoryMiB', { memoryMiB: 1 }],
    ['memoryMiB', { memoryMiB: '512' }],
    ['memoryMiB', { memoryMiB: Number.NaN }],
    ['outputKiB', { outputKiB: 0.5 }],
    ['timeoutMs', { timeoutMs: Number.POSITIVE_INFINITY }],
    ['idleMs', { idleMs: 0 }],
    ['spares', { spares: 99 }],
    ['standby', { standby: 1 }],
    ['crashLimit.windowMs', { crashLimit: { crashes: 1 } }],
    ['crashLimit.often', { crashLimit: { crashes: 1, windowMs: 1, often: 1 } }],
    ['dataDir', { dataDir: 'relative' }],
    ['dataDir', { dataDir: '' }],
    ['assetsDir', { assetsDir: 3 }],
    ['lockdown', { lockdown: 'no' }],
    ['packages', { packages: true }],
    ['packages.allow', { packages: { allow: 'pandas' } }],
    ['packages.allow.1', { packages: { allow: ['pandas', '../x'] } }],
    ['packages.offline', { packages: { offline: 'yes' } }],
    ['packages.mirrors', { packages: { mirrors: '/x' } }],
    ['functions', { functions: [] }],
    ['functions', { functions: 'all' }],
    ['functions', { functions: new Map() }],
    ['dataDir', { dataDir: '/a\0b' }],
    ['packages', { packages: null }],
    ['confirm', { confirm: true }],
    ['calls.calls', { calls: { calls: 1_000_000 } }],
    ['calls.perSecond', { calls: { perSecond: 0 } }],
    ['calls.resultKiB', { calls: { resultKiB: 100_000 } }],
    ['memory', { memory: 512 }],
    ['__proto__', JSON.parse('{ "__proto__": { "spares": 1 } }')],
    ['options', null],
    ['options', []],
    ['options', 'memoryMiB'],
  ])('%s in %j', (name, options) => {
    expect(problemWith(options)).toMatch(
      new RegExp(`^invalid-option ${name.replaceAll('.', '\\.')}: .`, 'u'),
    );
  });
});

it('has a default for everything but the folders', () => {
  expect(Object.keys(parseOptions({})).sort()).toEqual([
    'calls',
    'crashLimit',
    'functions',
    'idleMs',
    'lockdown',
    'memoryMiB',
    'outputKiB',
    'packages',
    'spares',
    'standby',
    'timeoutMs',
  ]);
  expect(parseOptions({ packages: false }).packages).toBe(false);
});

it('what is undefined is as if it were not there', () => {
  const given = { dataDir: undefined, confirm: undefined, packages: { mirror: undefined, pack: undefined } };
  expect(parseOptions({ ...given, calls: { calls: undefined } })).toEqual(parseOptions({}));
});

it('are read also where they come from a class or a prototype, and unknown ones are refused there, too', () => {
  class Options {
    readonly #mode = 'required';
    get lockdown(): string {
      return this.#mode;
    }
  }
  expect(parseOptions(new Options()).lockdown).toBe('required');
  expect(parseOptions(Object.create({ memoryMiB: 300 })).memoryMiB).toBe(300);
  expect(parseOptions({ packages: Object.create({ offline: true }) as object }).packages).toMatchObject({
    offline: true,
  });
  expect(() => parseOptions(Object.create({ foo: 1 }))).toThrow('foo');
});
