/** Packages that look for JavaScript where Python runs on Emscripten: they do without, as anywhere else. */
import { expect, it } from 'vitest';
import { LONG_MS, usePackageSandbox } from '../support/package-sandbox.ts';

const run = usePackageSandbox();

it(
  'all packages can be imported, and none calls a removed function',
  { timeout: LONG_MS },
  async (context) => {
    const { error, status } = await run(
      context,
      `import bs4, certifi, charset_normalizer, contourpy, cycler, docx, et_xmlfile, fontTools.ttLib, idna, jiter, joblib
import kiwisolver, lxml.etree, lxml.objectify, matplotlib.pyplot, micropip, mpmath, numpy, openpyxl, pandas, PIL.Image
import pptx, pydantic, pyparsing, pytz, regex, requests, scipy.optimize, sklearn.linear_model
import sympy, threadpoolctl, urllib3, xlsxwriter
joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(n) for n in range(3))
sklearn.linear_model.LinearRegression().fit([[1], [2]], [1, 2])
lxml.etree.fromstring('<a/>'), numpy.linalg.inv(numpy.eye(3)), scipy.optimize.minimize(lambda x: x @ x, [1.0])`,
    );
    expect({ status, error }).toEqual({ status: 'ok', error: null });
  },
);

it('code that would use the network gets the error that no host is found', async (context) => {
  const { error, stdout } = await run(
    context,
    `import pandas, requests, socket, urllib.request, urllib3
for ask in (
    lambda: requests.get('https://example.org'),
    lambda: urllib3.request('GET', 'http://example.org'),
    lambda: urllib.request.urlopen('https://example.org'),
    lambda: pandas.read_csv('https://example.org/a.csv'),
    lambda: socket.create_connection(('example.org', 80)),
):
    try: print(ask())
    except Exception as problem: print(type(problem).__name__)`,
  );
  expect(error).toBeNull();
  expect(stdout).toBe('ConnectionError\nMaxRetryError\nURLError\nURLError\ngaierror\n');
});
