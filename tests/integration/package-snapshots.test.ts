/** Interpreters started from a package snapshot: made once, tried, used by later processes, and without state shared between interpreters. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LONG_MS, stage, USES_NUMPY } from '../support/package-snapshot-stage.ts';

describe('a package snapshot', { timeout: LONG_MS }, () => {
  it('is made after the run that wanted it, and used by later processes', async (context) => {
    const { open, files, made } = await stage(context, 'image');
    expect([made?.status, made?.value?.text, made?.packages]).toEqual(['ok', '[10, 8.0]', ['numpy']]);
    const [image, ...others] = await files();
    if (image === undefined) throw new Error('there is no image');
    expect(others).toEqual([]);
    const bytes = await readFile(image);

    const second = await open();
    // Loaded before the code's first line, which only an image can bring about.
    const loaded = 'import sys\nbefore = "numpy" in sys.modules\nimport numpy\nbefore';
    // At once, in a process that has to be given it first.
    const runs = await Promise.all([
      second.run({ code: loaded }),
      second.run({ code: loaded, session: 'a' }),
    ]);
    expect(runs.map(({ value, packages }) => [value?.text, packages])).toEqual([
      ['True', ['numpy']],
      ['True', ['numpy']],
    ]);
    expect((await second.run({ code: '"numpy" in __import__("sys").modules' })).value?.text).toBe('False');
    expect(await readFile(image)).toEqual(bytes);
  });

  it('carries no state of one run to another, and has fresh randomness', async (context) => {
    const { open } = await stage(context, 'image');
    const sandbox = await open();
    const spoil = `
import numpy as np, random
np.spoilt = True
with open(np.__file__, "r+b") as file:
    file.write(b"#spoilt")
[float(np.random.rand()), float(np.random.default_rng().random()), random.random()]`;
    const look = `
import numpy as np, random
assert not hasattr(np, "spoilt")
assert b"#spoilt" not in open(np.__file__, "rb").read()
[float(np.random.rand()), float(np.random.default_rng().random()), random.random()]`;
    const drawn = [];
    for (const code of [spoil, look, look]) {
      const result = await sandbox.run({ code });
      expect([result.status, result.error]).toEqual(['ok', null]);
      drawn.push(...(result.value?.json as number[]));
    }
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('takes further packages, with libraries of their own', async (context) => {
    const { open, files } = await stage(context, 'image');
    const before = await files();
    const sandbox = await open();
    // The process has a guest in it by then, and makes no image of the larger set.
    await sandbox.run({ code: '1' });
    const code = `
import numpy as np
from lxml import etree
import regex
[etree.fromstring("<a b='1'/>").get("b"), regex.findall(r"\\p{L}+", "é b"), int(np.ones(3).sum())]`;
    const result = await sandbox.run({ code });
    expect([result.status, result.value?.text]).toEqual(['ok', "['1', ['é', 'b'], 3]"]);
    const session = { session: 'a' };
    expect((await sandbox.run({ code: USES_NUMPY, ...session })).status).toBe('ok');
    const more = await sandbox.run({ code: code.replace('import numpy as np\n', ''), ...session });
    expect([more.value?.text, more.packages]).toEqual(["['1', ['é', 'b'], 3]", ['lxml', 'regex']]);
    expect(await files()).toEqual(before);
  });
});
