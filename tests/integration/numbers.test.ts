/** Numbers of NumPy and pandas where a processor has 32 bits: what docs/limits.md says of them. */
import { expect, it } from 'vitest';
import { LONG_MS, usePackageSandbox } from '../support/package-sandbox.ts';

const run = usePackageSandbox();

it(
  'integers of NumPy have 32 bits where nothing else is given, those of pandas 64',
  async (context) => {
    const code = `
import numpy as np, pandas as pd
[
    [str(np.array([1]).dtype), str(np.arange(3).dtype), int((np.array([100_000]) * 100_000)[0])],
    [str(pd.DataFrame({"a": [1]}).a.dtype), int((pd.Series([100_000]) * 100_000)[0])],
    int((np.array([100_000], dtype=np.int64) * 100_000)[0]),
]`;
    const result = await run(context, code);
    expect(result).toMatchObject({ status: 'ok', stderr: '' });
    expect(result.value?.json).toEqual([['int32', 'int32', 1_410_065_408], ['int64', 1e10], 1e10]);
  },
  LONG_MS,
);

it(
  'a division by zero is told of by its result only',
  async (context) => {
    const code = 'import numpy as np\nresult = np.array([1.0, 0.0]) / 0\n[str(number) for number in result]';
    expect(await run(context, code)).toMatchObject({ stderr: '', value: { json: ['inf', 'nan'] } });
  },
  LONG_MS,
);
