import { expect, it } from 'vitest';
import { CodeReading } from '../../../../src/main/sandbox/packages/code-reading.ts';

it('finds what code imports and names, not what its strings and comments import', async () => {
  const text = await new CodeReading(
    'import a.b\n"""\nimport c\n"""\n# import d\nmicropip.install("e>1")\nf"{g}"',
  ).spelledOut();
  expect(['a', 'a.z', 'b', 'c', 'd', 'e'].filter((name) => text.hasImport(name))).toEqual(['a', 'a.z']);
  expect(['a', 'e', 'e>1', '{g}'].filter((name) => text.hasRequest(name))).toEqual(['e>1']);
});

it('reads code at most once; an invalid metadata block fails each time it is asked for', async () => {
  const reading = new CodeReading('# /// script\n# dependencies = [1]\n# ///\nimport frame');
  expect(await reading.imports()).toBe(await reading.imports());
  expect(await reading.spelledOut()).toBe(await reading.spelledOut());
  await expect(reading.dependencies()).rejects.toThrow(/dependencies/u);
  await expect(reading.dependencies()).rejects.toThrow(/dependencies/u);
});
