import { describe, expect, it } from 'vitest';
import { CodeAnalysis } from '../../../../src/main/sandbox/packages/code-analysis.ts';

it('finds what code imports and names, not what its strings and comments import', async () => {
  const text = await new CodeAnalysis(
    'import a.b\n"""\nimport c\n"""\n# import d\nmicropip.install("e>1")\nf"{g}"',
  ).spelledOut();
  expect(['a', 'a.z', 'b', 'c', 'd', 'e'].filter((name) => text.hasImport(name))).toEqual(['a', 'a.z']);
  expect(['a', 'e', 'e>1', '{g}'].filter((name) => text.hasRequest(name))).toEqual(['e>1']);
});

it('reads code at most once; an invalid metadata block fails each time it is asked for', async () => {
  const reading = new CodeAnalysis('# /// script\n# dependencies = [1]\n# ///\nimport frame');
  expect(await reading.imports()).toBe(await reading.imports());
  expect(await reading.spelledOut()).toBe(await reading.spelledOut());
  await expect(reading.dependencies()).rejects.toThrow(/dependencies/u);
  await expect(reading.dependencies()).rejects.toThrow(/dependencies/u);
});

describe('a notebook', () => {
  const cell = (source: unknown, type = 'code'): object => ({
    cell_type: type,
    metadata: {},
    source,
    outputs: [],
  });
  const cells = [
    cell('!pip install shown', 'markdown'),
    cell(['# /// script\n', '# dependencies = ["frame>=2"]\n', '# ///']),
    cell('%pip install "rich>=13" # as a magic\nimport rich'),
    cell(['import os\n', '# pip install plot']),
    cell(7),
  ];
  const whole = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };

  it.each([
    ['as it is in its file', JSON.stringify(whole, null, 1)],
    [
      'in one line, with a kernel',
      JSON.stringify({ ...whole, metadata: { kernelspec: { language: 'Python3' } } }),
    ],
    [
      'of the format before',
      JSON.stringify({
        nbformat: 3,
        metadata: 1,
        worksheets: [
          {
            cells: cells.map((one) => ({
              ...one,
              source: undefined,
              input: 'source' in one ? one.source : '',
            })),
          },
        ],
      }),
    ],
  ])('asks for packages by the lines of its cells: %s', async (_what, text) => {
    const reading = new CodeAnalysis(text);
    expect(await reading.dependencies()).toEqual(['frame>=2']);
    expect([...(await reading.asked()).requirements].sort()).toEqual(['plot', 'rich>=13']);
    expect([...(await reading.imports())].sort()).toEqual(['os', 'rich']);
  });

  it.each([
    ['of another language', JSON.stringify({ ...whole, metadata: { kernelspec: { language: 'R' } } })],
    ['that is none', JSON.stringify({ cells })],
    ['that is cut off', `{"nbformat": 4, "cells": ${'['.repeat(100_000)}}`],
  ])('%s is read as it is', (_what, text) => {
    expect(new CodeAnalysis(text).text).toBe(text);
  });
});
