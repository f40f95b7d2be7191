/** Wheels that are made to take time or memory where they are only to be listed. */
import { describe, expect, it } from 'vitest';
import { isDeclaration } from '../../../../../src/utility/control/packages/wheel-files.ts';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import { CachedWheel } from '../../../../../src/utility/control/packages/cached-wheel.ts';
import { zipOf } from '../../../scripts/support/zip.ts';

const restrictions = { withheld: [] };
const open = (...names: string[]): Promise<CachedWheel> =>
  CachedWheel.open(
    new NodeCodec(),
    'made',
    'wheel',
    zipOf(names.map((name) => ({ name, contents: '' }))),
    restrictions,
  );

describe('paths', () => {
  it('of real packages are taken', async () => {
    const { paths } = await open(`made/${'a/'.repeat(20)}b.py`);
    expect(paths).toHaveLength(1);
  });

  it('of very many folders are refused, since each is checked by itself', async () => {
    await expect(open(`made/${'a/'.repeat(230)}b.py`)).rejects.toThrow('too deep');
  });
});

describe('a file that only says that its folder is shared', () => {
  it.each([
    '__path__ = __import__("pkgutil").extend_path(__path__, __name__)  # type: ignore\n',
    '# comment\n__import__("pkg_resources").declare_namespace(__name__)',
    'try:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\nexcept ImportError:\n    import pkgutil\n    __path__ = pkgutil.extend_path(__path__, __name__)\n',
  ])('is recognised: %j', (source) => {
    expect(isDeclaration(source)).toBe(true);
  });

  it.each(['', 'x = 1\n', '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\nevil()\n'])(
    'is no other: %j',
    (source) => {
      expect(isDeclaration(source)).toBe(false);
    },
  );
});
