import { expect, it } from 'vitest';
import { SpelledOut } from '../../../../src/main/sandbox/packages/spelled-out.ts';

it('is what code imports and names, not what its strings and comments import', async () => {
  const text = await SpelledOut.in(
    'import a.b\n"""\nimport c\n"""\n# import d\nmicropip.install("e>1")\nf"{g}"',
  );
  expect(['a', 'a.z', 'b', 'c', 'd', 'e'].filter((name) => text.hasImport(name))).toEqual(['a', 'a.z']);
  expect(['a', 'e', 'e>1', '{g}'].filter((name) => text.hasLiteral(name))).toEqual(['e>1']);
});
