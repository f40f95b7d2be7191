import { describe, expect, test } from 'vitest';
import { markerEnvironment, markerHolds } from '../../../../src/main/packages/resolve/markers.ts';
import {
  isSatisfiedBy,
  parseDependency,
  parseRequirement,
} from '../../../../src/main/packages/resolve/requirement.ts';
import { scriptDependencies } from '../../../../src/main/packages/resolve/script-metadata.ts';
import { wheelVersion } from '../../../../src/main/packages/sources/package-index.ts';

const ENVIRONMENT = markerEnvironment('3.14.0');

describe('requirements', () => {
  test.each([
    ['pandas', 'pandas', ''],
    ['  Ruamel_YAML ', 'ruamel-yaml', ''],
    ['rich>=13', 'rich', '>=13'],
    ['rich (>=13, <14)', 'rich', '>=13,<14'],
    ['rich ~= 13.1', 'rich', '~=13.1'],
    ['x==1.*', 'x', '==1.*'],
    ['x!=3.6.1,>=3.4', 'x', '!=3.6.1,>=3.4'],
    ['x; python_version >= "3.9"', 'x', ''],
    ["x>1; sys_platform == 'emscripten' and (os_name == 'nt' or os_name == 'posix')", 'x', '>1'],
  ])('%j', (text, name, versions) => {
    expect(parseRequirement(text, ENVIRONMENT)).toEqual({ name, versions });
  });

  test.each([
    'x; python_version < "3.9"',
    'x; sys_platform == "win32"',
    'x; platform_system != "Emscripten"',
    'x; extra == "all"',
    'x; python_version >= "3.9" and sys_platform == "linux"',
  ])('%j does not apply here', (text) => {
    expect(parseRequirement(text, ENVIRONMENT)).toBeNull();
  });

  test.each([
    '',
    '-x',
    'x y',
    'x>=',
    'x 1.0',
    'x=1',
    'x>=1,',
    'x@https://somewhere/x.whl',
    'https://somewhere/x.whl',
    './x.whl',
    'x[extra]',
    'x; nonsense',
    'x; nonsense == "1"',
    'x; (os_name == "posix"',
    'x; os_name == "posix" or',
    'x\u001b[2J',
    `x; ${'('.repeat(200)}`,
    'x'.repeat(600),
  ])('%j is refused', (text) => {
    expect(() => parseRequirement(text, ENVIRONMENT)).toThrow(
      expect.objectContaining({
        code: 'bad-requirement',
        message: expect.not.stringMatching(/\p{Cc}/u) as string,
      }),
    );
  });

  test.each([
    ['git+https://example.test/a/b', 'addresses are not supported'],
    ['https://example.test/a-1.0-py3-none-any.whl', 'addresses are not supported'],
    ['a @ https://example.test/a.whl', 'addresses are not supported'],
    ['numpy pandas', 'write them like ">=2,<3", and give each of several names by itself'],
    ['numpy, pandas', 'write them like ">=2,<3", and give each of several names by itself'],
    ['numpy >2<', 'has versions that can not be read'],
  ])('what is wrong with %s is said', (text, told) => {
    expect(() => parseRequirement(text, ENVIRONMENT)).toThrow(told);
  });

  test('a dependency may name extras of others', () => {
    expect(parseDependency('httpx[http2]>=0.2', ENVIRONMENT)).toEqual({ name: 'httpx', versions: '>=0.2' });
  });

  test.each([
    ['', '1.0', true],
    ['>=2,<3', '2.4.3', true],
    ['>=2,<3', '3.0', false],
    ['==2.9.0.post0', '2.9.0.post0', true],
    ['>=1.8', '1.8.dev26', false],
    ['>=1.7', '1.8.dev26', true],
    ['>=1', 'no version', false],
  ])('%j and %j: %j', (versions, version, fits) => {
    expect(isSatisfiedBy({ name: 'x', versions }, version)).toBe(fits);
  });

  test.each([
    ['python_full_version >= "3.14.0"', true],
    ['python_version > "3.2"', true],
    ['"linux" in sys_platform', false],
    ['sys_platform not in "win32 darwin"', true],
    ['implementation_name == "cpython" or nothing == "1"', 'SyntaxError'],
  ])('marker %j: %j', (marker, holds) => {
    if (holds === 'SyntaxError') expect(() => markerHolds(marker, ENVIRONMENT)).toThrow(SyntaxError);
    else expect(markerHolds(marker, ENVIRONMENT)).toBe(holds);
  });
});

describe('inline script metadata', () => {
  const script = (...lines: string[]): string =>
    ['# /// script', ...lines, '# ///', 'import x', ''].join('\n');

  test('dependencies are read', async () => {
    const code = script(
      '# requires-python = ">=3.11"',
      '# dependencies = [',
      '#   "pandas",',
      '#   "rich>=13",',
      '# ]',
    );
    expect(await scriptDependencies(code)).toEqual(['pandas', 'rich>=13']);
    expect(await scriptDependencies(code.replaceAll('\n', '\r\n'))).toEqual(['pandas', 'rich>=13']);
  });

  test.each([
    ['no block', 'import pandas\n'],
    ['no dependencies', script('# requires-python = ">=3.11"')],
    ['a block of another kind', script('# dependencies = ["a"]').replace('script', 'tool')],
    ['a block without an end', '# /// script\n# dependencies = ["a"]\nimport x\n'],
    ['something like a block', '#/// script\n# dependencies = ["a"]\n# ///\n'],
  ])('%s: nothing is needed', async (_what, code) => {
    expect(await scriptDependencies(code)).toEqual([]);
  });

  test.each([
    ['no TOML', script('# dependencies = [')],
    ['no list', script('# dependencies = "pandas"')],
    ['not of texts', script('# dependencies = [1]')],
    ['too many', script(`# dependencies = [${'"x",'.repeat(200)}]`)],
    ['twice', script('# dependencies = ["a"]') + script('# dependencies = ["b"]')],
    ['too long', script(...Array.from({ length: 3000 }, () => `# # ${'x'.repeat(30)}`))],
  ])('%s: is refused', async (_what, code) => {
    await expect(scriptDependencies(code)).rejects.toThrow(
      expect.objectContaining({ code: 'bad-script-metadata' }),
    );
  });

  test('beginnings without an end are gone through once', async () => {
    // Main does this for code of anyone's: at each of them anew, it would take minutes.
    expect(await scriptDependencies('# /// script\n'.repeat(200_000))).toEqual([]);
  });

  test('prototype keys are keys', async () => {
    expect(await scriptDependencies(script('# __proto__ = { dependencies = ["evil"] }'))).toEqual([]);
  });
});

describe('wheels that run here', () => {
  const target = { python: '3.14.0', abi: '2026_0' };
  test.each([
    ['x_y-1.2-py3-none-any.whl', '1.2'],
    ['X.Y-1.2-py2.py3-none-any.whl', '1.2'],
    ['x_y-1.2-1build-py3-none-any.whl', '1.2'],
    ['x_y-1.2-cp314-cp314-pyemscripten_2026_0_wasm32.whl', '1.2'],
    ['x_y-1.2-cp310-abi3-pyemscripten_2026_0_wasm32.whl', '1.2'],
    ['x_y-1.2-cp313-cp313-pyemscripten_2026_0_wasm32.whl', null],
    ['x_y-1.2-cp314-cp314-pyemscripten_2025_0_wasm32.whl', null],
    ['x_y-1.2-cp314-cp314-manylinux_2_17_x86_64.whl', null],
    ['x_y-1.2-py2-none-any.whl', null],
    ['x_y-1.2.tar.gz', null],
    ['z-1.2-py3-none-any.whl', null],
    ['../x_y-1.2-py3-none-any.whl', null],
  ])('%s: %j', (fileName, version) => {
    expect(wheelVersion(fileName, 'x-y', target)).toBe(version);
  });
});
