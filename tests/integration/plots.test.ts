/** Matplotlib and pandas as they are used, in a locked-down process. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { LONG_MS, usePackageSandbox } from '../support/package-sandbox.ts';

const ROOT = new URL('../..', import.meta.url);

const run = usePackageSandbox();

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of a PNG, from its header. */
const sizeOfPng = (base64 = ''): Size => {
  const bytes = Buffer.from(base64, 'base64');
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
};

const plain = ({ outputs }: RunResult): (string | undefined)[] =>
  outputs.map(({ mime }) => mime['text/plain']);

describe('figures', { timeout: LONG_MS }, () => {
  it('are shown by show(), in order, each once, and those left open at the end of the run', async (context) => {
    const code = `
import matplotlib.pyplot as plt
for n in (1, 2):
    plt.figure(figsize=(n, 1)).add_subplot()
print('before')
plt.show()
print(plt.get_fignums())
plt.show()
display('between')
fig, axes = plt.subplots(1, 3)
plt.get_fignums()`;
    const events: string[] = [];
    const result = await run(context, code, {
      onOutput: ({ bytes }) => void events.push(new TextDecoder().decode(bytes).trim()),
      onDisplay: ({ mime }) => void events.push(mime['text/plain'] ?? ''),
    });
    expect(result).toMatchObject({ status: 'ok', stderr: '', value: { json: [1] } });
    expect(events).toEqual([
      'before',
      '<Figure size 100x100 with 1 Axes>',
      '<Figure size 200x100 with 1 Axes>',
      '[]',
      "'between'",
      '<Figure size 640x480 with 3 Axes>',
    ]);
    const [first, second] = result.outputs.map(({ mime }) => mime['image/png']);
    expect(sizeOfPng(second).width).toBeGreaterThan(sizeOfPng(first).width);
  });

  it('are drawn after an import of IPython.display, also where no image has drawn one before', async (context) => {
    // A session that has begun gets its packages one by one.
    const session = 'begun';
    await run(context, '1', { session });
    const code = 'import IPython.display\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n"drawn"';
    expect(await run(context, code, { session })).toMatchObject({
      error: null,
      value: { json: 'drawn' },
      outputs: [{ mime: { 'text/plain': '<Figure size 640x480 with 1 Axes>' } }],
    });
  });

  it('that are displayed, shown by themselves or the value are not shown again', async (context) => {
    const code = `
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
one, two, three = (plt.figure(figsize=(n, 1)) for n in (1, 2, 3))
display(two)
one.show()
print(plt.get_fignums())
plt.rcParams['savefig.format'] = 'svg'
three`;
    const result = await run(context, code);
    expect(result).toMatchObject({ status: 'ok', stdout: '[3]\n', stderr: '' });
    expect(plain(result)).toEqual([200, 100, 300].map((width) => `<Figure size ${width}x100 with 0 Axes>`));
    expect(result.outputs[2]?.mime['image/svg+xml']).toContain('<svg ');
    expect(result.outputs[2]?.mime).not.toHaveProperty('image/png');
  });

  it('stay apart from those of the next run, also when a run fails', async (context) => {
    const session = 'figures';
    const failed = await run(context, 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\n1/0', { session });
    expect(failed).toMatchObject({ status: 'error', error: { type: 'ZeroDivisionError' } });
    expect(plain(failed)).toEqual(['<Figure size 640x480 with 1 Axes>']);
    const next = await run(context, 'plt.get_fignums()', { session });
    expect(next).toMatchObject({ outputs: [], value: { json: [] } });
    const broken = await run(context, "plt.title('$\\\\frac{$')\nplt.plot([1]);", { session });
    expect(broken).toMatchObject({ status: 'error', outputs: [], error: { type: 'ValueError' } });
    expect((await run(context, 'plt.get_fignums()', { session })).value?.json).toEqual([]);
  });

  it.for([
    ['fails in an await', 'import asyncio\nawait asyncio.sleep(0)\n1/0', 'error', 1] as const,
    // Whoever stops it does not wait for plots.
    ['is stopped', 'while True: pass', 'timeout', 0] as const,
    ['is stopped in an await', 'import asyncio\nawait asyncio.sleep(100)', 'timeout', 0] as const,
    ['has no memory left', 'raise MemoryError', 'out-of-memory', 0] as const,
  ])('of a run that %s are not shown by the next one', async ([, ending, status, shown], context) => {
    const session = `ending-${status}-${ending.length}`;
    // The time limit counts from where the packages are there.
    await run(context, 'import matplotlib.pyplot as plt', { session });
    const code = `import matplotlib.pyplot as plt\nplt.plot([1, 2])\n${ending}`;
    const limit = status === 'timeout' ? { timeoutMs: 5000 } : {};
    const ended = await run(context, code, { session, ...limit });
    expect(ended).toMatchObject({ status, session: { state: 'kept' } });
    expect(ended.outputs).toHaveLength(shown);
    expect(await run(context, 'plt.get_fignums()', { session })).toMatchObject({
      status: 'ok',
      value: { json: [] },
      outputs: [],
    });
  });

  it('report once which characters no font has, and where fonts come from', async (context) => {
    const code =
      "import matplotlib.pyplot as plt\nfor _ in '12':\n  plt.figure()\n  plt.title('天気')\n  plt.show()";
    const { stderr, outputs } = await run(context, code);
    expect(outputs).toHaveLength(2);
    expect(stderr).toBe('plot: no font has 天気; name cvttf-notosanscjk-regular for the run\n');
  });

  it('use the fonts that a package brings, without naming them in the code', async (context) => {
    const draw = "import matplotlib.pyplot as plt\nplt.figure()\nplt.title('{}')\nplt.show()";
    const session = 'fonts';
    const without = await run(context, draw.replace('{}', '天気'), { session });
    const packages = ['matplotlib-fontja'];
    const withFont = await run(context, draw.replace('{}', '天気'), { session, packages });
    expect(withFont).toMatchObject({ status: 'ok', stderr: '', packages });
    const pictures = [without, withFont].map(({ outputs }) => outputs[0]?.mime['image/png'] ?? '');
    pictures.forEach(sizeOfPng);
    expect(pictures[0]).not.toBe(pictures[1]);
    // Without the font, all it lacks looks the same.
    const other = await run(context, draw.replace('{}', '漢字'), { session: 'no-fonts' });
    expect(other.outputs[0]?.mime['image/png']).toBe(pictures[0]);
    const otherWithFont = await run(context, draw.replace('{}', '漢字'), { session });
    expect(otherWithFont.outputs[0]?.mime['image/png']).not.toBe(pictures[1]);
  });

  it('get fonts for the characters in the code by themselves, whatever font the code names', async (context) => {
    const code = `
import matplotlib.pyplot as plt
plt.rcParams['font.family'] = 'No Such Font'
plt.title('東京の天気')
plt.xlabel('ひづけ')
plt.show()`;
    const { packages, status, stderr } = await run(context, code);
    expect(status).toBe('ok');
    expect(packages).toContain('matplotlib-fontja');
    expect(stderr).not.toContain('no font has');
    expect(stderr.match(/findfont/gu)).toHaveLength(1);
  });

  it('get fonts for characters that nobody saw before they were drawn, and have them in the picture', async (context) => {
    const draw = (text: string): string =>
      `import matplotlib.pyplot as plt\nplt.figure()\nplt.title(${text})\nplt.show()`;
    const seen = await run(context, draw("'てんき'"));
    const computed = await run(context, draw("''.join(map(chr, (0x3066, 0x3093, 0x304d)))"));
    expect(computed).toMatchObject({ status: 'ok', stderr: '' });
    expect(seen.packages).toContain('matplotlib-fontja');
    expect(computed.packages).toEqual(seen.packages);
    const pictures = [seen, computed].map(({ outputs }) => outputs[0]?.mime['image/png'] ?? '');
    expect(sizeOfPng(pictures[1]).width).toBeGreaterThan(100);
    expect(pictures[1]).toBe(pictures[0]);
  });

  it('have emoji and texts in other scripts, whatever they are drawn into, and in the next run of a session', async (context) => {
    const session = 'scripts';
    const code = `
import io, os
import matplotlib.pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

TEXTS = ['party \\U0001f389 \\U0001f680', 'हिन्दी', 'ไทย', 'தமிழ்', 'አማርኛ', 'ქართული', 'ខ្មែរ', 'مرحبا', 'שלום']
figure, axes = plt.subplots()
axes.barh(TEXTS, range(len(TEXTS)))
figure.savefig('plot.png')
target = io.BytesIO(b'head')
target.seek(4)
figure.savefig(target)
with open('plot.png', 'rb') as file:
    assert target.getvalue() == b'head' + file.read()
with PdfPages('plot.pdf') as pages:
    pages.savefig(figure)
    pages.savefig(figure)
    print(pages.get_pagecount())
alone = Figure()
alone.text(0.5, 0.5, TEXTS[0])
canvas = FigureCanvasAgg(alone)
canvas.draw()
print(canvas.buffer_rgba().shape)
plt.show()`;
    const first = await run(context, code, { session });
    const letterByLetter = /^plot: letters of Devanagari, Tamil, Khmer stand one after the other[^\n]*\n$/u;
    expect(first.stderr).toMatch(letterByLetter);
    expect(first).toMatchObject({ status: 'ok', stdout: '2\n(480, 640, 4)\n', error: null });
    expect(first.packages).toContain('manimgx-fonts');
    const again = await run(context, 'display(figure)', { session });
    expect(again.stderr).toMatch(letterByLetter);
    expect(again).toMatchObject({ status: 'ok', packages: [] });
    expect(again.outputs[0]?.mime['image/png']).toBe(first.outputs[0]?.mime['image/png']);
  });

  it('a table of pandas is shown as HTML and text', async (context) => {
    const result = await run(context, "import pandas as pd\npd.DataFrame({'a': [1, 2]})");
    expect(result.outputs).toHaveLength(1);
    expect(result.outputs[0]?.mime['text/html']).toContain('<table border="1" class="dataframe">');
    expect(plain(result)).toEqual([result.value?.text]);
  });
});

describe('examples', { timeout: LONG_MS }, () => {
  const example = async (context: TestContext, name: string, data: readonly string[]): Promise<RunResult> =>
    run(context, readFileSync(new URL(`examples/${name}.py`, ROOT), 'utf8'), {
      files: data.map((file) => ({
        name: file,
        bytes: new Uint8Array(readFileSync(new URL(`node_modules/vega-datasets/data/${file}`, ROOT))),
      })),
    });

  it('seattle_pandas', async (context) => {
    const result = await example(context, 'seattle_pandas', ['seattle-weather.csv']);
    expect(result).toMatchObject({ status: 'ok', stderr: '' });
    expect(result.stdout).toContain('mean            3.03     16.44      8.23     3.24\n');
    const images = result.outputs.map(({ mime }) => mime['image/png']).filter((png) => png !== undefined);
    expect(images.map(sizeOfPng).map(({ height }) => height > 300)).toEqual([true, true]);
    expect(result.outputs.at(-1)?.mime['text/html']).toContain('<td>191</td>');
  });

  it.for([
    ['penguins_sklearn', ['penguins.json'], { score: 0.99 }, []],
    [
      'cars_excel',
      ['cars.json'],
      {
        sheets: ['Summary', 'Europe', 'Japan', 'USA'],
        summary: [
          ['Europe', 73, 27.89],
          ['Japan', 79, 30.45],
          ['USA', 254, 20.08],
        ],
      },
      ['cars.xlsx'],
    ],
    [
      'chart_lxml',
      ['seattle-weather.csv'],
      { weather: { drizzle: 53, rain: 641, sun: 640, snow: 26, fog: 101 }, root: 'svg', texts: 13 },
      ['weather.svg'],
    ],
    ['icons_pillow', ['ffox.png', 'gimp.png', '7zip.png'], undefined, ['icons.png']],
  ] as const)('%s', async ([name, data, value, files], context) => {
    const result = await example(context, name, data);
    expect(result).toMatchObject({ status: 'ok', stderr: '' });
    expect(result.value?.json).toEqual(value);
    expect(result.files.map((file) => file.name)).toEqual(files);
    if (name === 'icons_pillow') {
      expect(sizeOfPng(result.outputs[0]?.mime['image/png'])).toEqual({ width: 288, height: 96 });
    }
  });
});
