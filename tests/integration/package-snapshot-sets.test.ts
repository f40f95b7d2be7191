/** Package snapshots of sets that people use: made in one process, and used by the next one. */
import { describe, expect, it } from 'vitest';
import { LONG_MS, makeDue, stage } from '../support/package-snapshot-stage.ts';

interface PackageSet {
  readonly name: string;
  /** Of what is in the image. */
  readonly module: string;
  readonly code: string;
  readonly value: string;
}

const SETS: readonly PackageSet[] = [
  // Pure Python: no library is loaded.
  {
    name: 'sympy',
    module: 'sympy',
    code: 'import sympy\nstr(sympy.integrate(sympy.Symbol("x"), (sympy.Symbol("x"), 0, 2)))',
    value: '2',
  },
  {
    name: 'scipy.stats',
    module: 'scipy',
    code: 'from scipy import stats\nround(float(stats.norm.cdf(1.96)), 3)',
    value: '0.975',
  },
  {
    name: 'scikit-learn',
    module: 'sklearn',
    code: 'from sklearn.linear_model import LinearRegression\nround(float(LinearRegression().fit([[0], [1]], [1, 3]).coef_[0]), 6)',
    value: '2.0',
  },
];

describe('a package snapshot', { timeout: LONG_MS }, () => {
  it.for(SETS)('of $name is made, and used by the next process', async ({ code, module, value }, context) => {
    const { files, open } = await stage(context);
    const sandbox = await open();
    const made = await sandbox.run({ code });
    expect([made.status, made.value?.text]).toEqual(['ok', value]);
    await makeDue(sandbox);
    expect(await files()).toEqual([expect.any(String)]);
    await sandbox.dispose();
    const before = `import sys\nprint(${JSON.stringify(module)} in sys.modules)\n${code}`;
    const used = await (await open()).run({ code: before });
    // Loaded before the code's first line, which only an image can bring about.
    expect([used.status, used.stdout, used.value?.text]).toEqual(['ok', 'True\n', value]);
  });
});
