/** Real packages, installed for runs in a locked-down process. */
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { openSandbox } from '../support/either-sandbox.ts';
import { type TestSandbox } from '../support/test-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';

/** Far more than a run takes on a slow machine. */
const LONG_MS = 300_000;

let sandbox: TestSandbox | undefined;

const opened = async (context: TestContext): Promise<TestSandbox> => {
  const mirror = await testWheels(context);
  return (sandbox ??= await openSandbox({
    packages: { settings: { autoInstall: true, mirror, allow: [] }, official: false },
  }));
};

afterAll(async () => {
  await sandbox?.dispose();
});

const told = ({ status, stdout, value, error }: RunResult): object => ({
  status,
  stdout,
  value: value?.text,
  message: error?.message,
});

describe('packages that code imports', { timeout: LONG_MS }, () => {
  it('are installed before it runs: NumPy, pandas and Matplotlib, with files in and out', async (context) => {
    const code = `
import pandas as pd
import matplotlib.pyplot as plt

frame = pd.read_csv("weather.csv", parse_dates=["day"])
means = frame.groupby("city")["degrees"].mean()
print(means.to_dict())
means.plot(kind="bar")
plt.savefig("means.png")
frame.to_excel("weather.xlsx", index=False)
int(pd.read_excel("weather.xlsx")["degrees"].sum())
`;
    const csv = 'day,city,degrees\n2024-01-01,Rome,10\n2024-01-02,Rome,14\n2024-01-01,Oslo,-4\n';
    const files = [{ name: 'weather.csv', bytes: new TextEncoder().encode(csv) }];
    const result = await (await opened(context)).run(code, { files, timeoutMs: LONG_MS });
    expect(told(result)).toEqual({
      status: 'ok',
      stdout: "{'Oslo': -4.0, 'Rome': 12.0}\n",
      value: '20',
      message: undefined,
    });
    expect(result.files.map(({ name, mime }) => [name, mime])).toEqual([
      ['means.png', 'image/png'],
      ['weather.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ]);
    expect(result.packages).toEqual(
      expect.arrayContaining(['numpy', 'pandas', 'matplotlib', 'openpyxl', 'pillow']),
    );
    expect(result.timing.packagesMs).toBeGreaterThan(0);
  });

  it('compute: scikit-learn, Pillow and lxml', async (context) => {
    const code = `
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from PIL import Image, ImageDraw
from lxml import etree
import io

X, y = load_iris(return_X_y=True)
score = LogisticRegression(max_iter=1000).fit(X, y).score(X, y)
image = Image.new("RGB", (20, 10), "red")
ImageDraw.Draw(image).rectangle((0, 0, 9, 9), fill="blue")
buffer = io.BytesIO()
image.save(buffer, "PNG")
again = Image.open(io.BytesIO(buffer.getvalue()))
tree = etree.fromstring("<a><b n='1'/><b n='2'/></a>")
[round(score, 3), again.size, again.getpixel((3, 3)), [b.get("n") for b in tree.xpath("//b")]]
`;
    const result = await (await opened(context)).run(code, { timeoutMs: LONG_MS });
    expect(told(result)).toMatchObject({
      status: 'ok',
      message: undefined,
      value: "[0.973, (20, 10), (0, 0, 255), ['1', '2']]",
    });
  });

  it('stay in their session only', async (context) => {
    const box = await opened(context);
    const first = await box.run('import six; six.__name__', { session: 'a' });
    expect([first.packages, first.value?.text]).toEqual([['six'], 'six']);
    const second = await box.run('import six; six.PY3', { session: 'a' });
    expect([second.packages, second.value?.text]).toEqual([[], 'True']);
    const dynamic = `
import importlib.util
importlib.util.find_spec("six") is None`;
    expect((await box.run(dynamic, { session: 'b' })).value?.text).toBe('True');
    expect((await box.run(dynamic)).value?.text).toBe('True');
  });

  it('are found in input files too, and not looked up when they are among these', async (context) => {
    const box = await opened(context);
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const files = [
      { name: 'helper.py', bytes: bytes('import six\nname = six.__name__') },
      { name: 'pytz/__init__.py', bytes: bytes('mine = True') },
    ];
    const result = await box.run('import helper, pytz; (helper.name, pytz.mine)', { files });
    expect([result.packages, result.value?.text]).toEqual([['six'], "('six', True)"]);
  });

  it('bring time zones, for zoneinfo and for pandas', async (context) => {
    const box = await opened(context);
    const zones = `
import zoneinfo
from datetime import datetime
zone = zoneinfo.ZoneInfo("Europe/Berlin")
[str(datetime(2024, month, 1, tzinfo=zone).utcoffset()) for month in (1, 7)]`;
    const plain = await box.run(zones);
    expect([plain.packages, plain.value?.text]).toEqual([['pytz'], "['1:00:00', '2:00:00']"]);
    const frames = 'import pandas as pd\npd.Timestamp("2024-07-01", tz="Asia/Tokyo").isoformat()';
    expect((await box.run(frames)).value?.text).toBe('2024-07-01T00:00:00+09:00');
    const wrong = await box.run('import zoneinfo\nzoneinfo.ZoneInfo("Europe/Berlim")');
    expect(wrong.error?.message).toBe('"No time zone found with key Europe/Berlim"');
  });

  it('can be asked for with micropip when the code names them as literals', async (context) => {
    const code = `
import micropip
await micropip.install(["six"])
from importlib import import_module
name = import_module("six").__name__
try:
    await micropip.install("py" + "tz")
except ModuleNotFoundError as error:
    print(error)
name`;
    const result = await (await opened(context)).run(code);
    expect(told(result)).toMatchObject({ status: 'ok', value: 'six', message: undefined });
    expect(result.stdout).toContain("No package named 'pytz' is installed");
    expect(result.stdout).toContain('--package');
  });

  it('do not include IPython for IPython.display, which is provided, also for Matplotlib', async (context) => {
    const code = `
from IPython.display import display, HTML
display(HTML('<b>x</b>'))
import matplotlib.pyplot as plt
plt.plot([1, 2])
display(plt.gcf())
'plain'`;
    const result = await (await opened(context)).run(code);
    expect(told(result)).toMatchObject({ status: 'ok', value: 'plain', message: undefined });
    expect(result.packages).not.toContain('ipython');
    expect(result.outputs.map(({ mime }) => Object.keys(mime))).toEqual([
      ['text/plain', 'text/html'],
      ['text/plain', 'image/png'],
    ]);
    const more = await (await opened(context)).run('import IPython.core.magic');
    expect(more).toMatchObject({ status: 'error', error: { type: 'ModuleNotFoundError' } });
    expect(more.error?.message).toMatch(/^No module named 'IPython\.core\.magic'; /u);
  });
});
