import { describe, expect, it } from 'vitest';
import { checkLibrary } from '../../../../../src/utility/realm/pyodide-314/library-limits.ts';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const FUNCREF = 0x70;
const REFERENCE_TO_FUNCTIONS = [0x64, 0x70];

const section = (kind: number, ...contents: number[]): number[] => [kind, contents.length, ...contents];
const check = (...sections: number[][]): void =>
  checkLibrary(Uint8Array.from([...HEADER, ...sections.flat()]));

describe('a library', () => {
  it('may have functions with all types of parameters and results', () => {
    check(
      section(1, 2, 0x60, 1, ...REFERENCE_TO_FUNCTIONS, 1, 0x7f, 0x60, 0, 0),
      section(3, 1, 0),
      section(4, 0),
    );
  });

  it('may have no table and no memory of its own', () => {
    const message = 'no table and no memory';
    expect(() => check(section(4, 1, FUNCREF, 0, 1))).toThrow(message);
    expect(() => check(section(1, 0), section(5, 1, 0, 1))).toThrow(message);
    // A number may be written longer than it needs to be.
    expect(() => check(section(4, 0x81, 0, FUNCREF, 0, 1))).toThrow(message);
  });

  it.each([
    ['an array', [0x5e, 0x7f, 1]],
    ['a structure', [0x5f, 0]],
    ['a group of types', [0x4e, 1, 0x60, 0, 0]],
    ['a type below another', [0x50, 0, 0x5e, 0x7f, 1]],
  ])('may have no types other than those of functions: %s', (_what, type) => {
    expect(() => check(section(1, 2, 0x60, 0, 0, ...type))).toThrow('types of functions only');
  });

  it('is damaged when it ends too early, or a number in it has no end', () => {
    expect(() => check([1])).toThrow('damaged');
    expect(() => check([1, 1])).toThrow('damaged');
    expect(() => check([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0])).toThrow('damaged');
  });
});
