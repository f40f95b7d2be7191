/** What guest code finds as `IPython` where the package is not installed, in a real Pyodide. */
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

beforeEach(() => {
  guest.takeShown();
});

const IMPORT =
  'from IPython.display import display, HTML, Markdown, Image, SVG, JSON, Latex, Math, Javascript, Pretty, clear_output\n';

/** What the code shows: MIME type to content, each. */
const shownBy = async (code: string): Promise<Record<string, string>[]> => {
  expect((await guest.run(IMPORT + code)).error).toBeNull();
  return guest.takeShown().map(({ mime }) => Object.fromEntries(mime));
};

const errorOf = async (code: string): Promise<unknown> => (await guest.run(IMPORT + code)).error;

describe('IPython.display', () => {
  it.each([
    ['HTML("<b>é</b>")', 'text/html', '<b>é</b>'],
    ['Markdown("# é")', 'text/markdown', '# é'],
    ['Latex("$x$")', 'text/latex', '$x$'],
    ['Math("$x^2$")', 'text/latex', String.raw`$\displaystyle x^2$`],
    ['Javascript("1")', 'application/javascript', '1'],
    ["SVG(\"<?xml version='1.0'?><svg a='1'/>\")", 'image/svg+xml', "<svg a='1'/>"],
    ['SVG(b"<svg/>")', 'image/svg+xml', '<svg/>'],
    ['JSON({"a": [1, None]}, expanded=True)', 'application/json', '{"a": [1, null]}'],
    ["JSON('[1]')", 'application/json', '[1]'],
    ['Image(b"\\x89PNG\\r\\n")', 'image/png', 'iVBORw0K'],
    ['Image(data=b"\\xff\\xd8\\xff", width=5)', 'image/jpeg', '/9j/'],
    ['Image("iVBORw0K")', 'image/png', 'iVBORw0K'],
    ['Image(b"GIF89a")', 'image/gif', 'R0lGODlh'],
  ])('%s has its form', async (object, mime, content) => {
    const name = object.slice(0, object.indexOf('('));
    const shown = { 'text/plain': `<IPython.display.${name} object>`, [mime]: content };
    expect(await shownBy(`display(${object})`)).toEqual([shown]);
    // As the value of the last expression, too.
    expect(await shownBy(object)).toEqual([shown]);
  });

  it('reads files, by their path or as the data', async () => {
    guest.files.writeFile('/workspace/dot.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
    guest.files.writeFile('/workspace/page.html', '<i>é</i>');
    const code = `
import pathlib
display(Image('dot.png'), Image(filename='dot.png'), Image(pathlib.Path('dot.png')), HTML(filename='page.html'))`;
    const shown = await shownBy(code);
    expect(shown.map((mime) => mime['image/png'] ?? mime['text/html'])).toEqual([
      'iVBORw==',
      'iVBORw==',
      'iVBORw==',
      '<i>é</i>',
    ]);
  });

  it('says what can not be had', async () => {
    expect(await errorOf('Image(url="https://example.org/x.png")')).toMatchObject({
      type: 'OSError',
      message: expect.stringContaining('no network') as string,
    });
    expect(await errorOf('HTML("https://example.org/")')).toMatchObject({ type: 'OSError' });
    expect(await errorOf('Image(filename="none.png")')).toMatchObject({ type: 'FileNotFoundError' });
    for (const name of ['none.png', 'charts/none', 'nowhere']) {
      expect(await errorOf(`Image("${name}")`)).toMatchObject({
        type: 'FileNotFoundError',
        message: expect.stringContaining(`'${name}'; `) as string,
      });
    }
    expect(await errorOf('Image()')).toMatchObject({ type: 'ValueError' });
    expect(await errorOf('HTML(5)')).toMatchObject({ type: 'TypeError' });
    expect(await errorOf('from IPython.display import NoSuchThing')).toMatchObject({ type: 'ImportError' });
  });

  it('is the same as the built-in display(): handles, text, updates; clearing is passed on', async () => {
    const code = `
import builtins
from IPython.display import publish_display_data, update_display
assert display is builtins.display
handle = display(Pretty('first'), display_id='one')
clear_output(wait=True)
handle.update(HTML('second'))
update_display(HTML('third'), display_id='one')
publish_display_data({'text/plain': 'fourth'});`;
    const shown = await shownBy(code);
    expect(shown.map((mime) => mime['text/html'] ?? mime['text/plain'] ?? mime[CLEAR_OUTPUT])).toEqual([
      'first',
      '{"wait": true}',
      'second',
      'third',
      'fourth',
    ]);
  });
});

describe('IPython', () => {
  it('has only what is provided: the version that Matplotlib asks for, no other modules, no shell for libraries', async () => {
    const code = `
import IPython, sys
found = [hasattr(IPython, '__version__'), sys.modules['IPython'].version_info[:2] >= (8, 24)]
open('library.py', 'w').write("""import builtins, IPython
seen = [IPython.get_ipython(), hasattr(builtins, 'get_' + 'ipython')]
""")
import library
found += library.seen
try:
    import IPython.core.magic
except ModuleNotFoundError as error:
    found.append(str(error))
found`;
    expect(await guest.run(code)).toMatchObject({
      error: null,
      value: { json: [false, true, null, false, "No module named 'IPython.core.magic'"] },
    });
  });

  it('has magics that say what does not work here', async () => {
    await expect(guest.run("get_ipython().system('ls')")).resolves.toMatchObject({
      error: { type: 'SyntaxError' },
    });
  });

  it('is imported only on demand, and the real package is used where it is installed', async () => {
    const fresh = await startGuest();
    expect(await fresh.run("import sys\n[name for name in sys.modules if 'IPython' in name]")).toMatchObject({
      value: { json: [] },
    });
    const code = `
import os
os.makedirs('/tmp/real/IPython')
open('/tmp/real/IPython/__init__.py', 'w').write('__version__ = "real"')
open('/tmp/real/IPython/display.py', 'w').write('HTML = 5')
import sys
sys.path.append('/tmp/real')
import IPython
from IPython.display import HTML
IPython.__version__, HTML`;
    expect(await fresh.run(code)).toMatchObject({ error: null, value: { json: ['real', 5] } });
  }, 60_000);

  it("runs as guest code, with the guest's built-ins", async () => {
    const code = `
import builtins, micropip, IPython.display
[module.__builtins__ is builtins for module in (micropip, IPython, IPython.display)]`;
    expect(await guest.run(code)).toMatchObject({ value: { json: [true, true, true] } });
  });

  it.each([
    ['import IPython', []],
    ['from IPython.display import display, HTML', []],
    ['from IPython import get_ipython, display', []],
    ['import IPython.core.magic', ['IPython.core.magic']],
    ['from IPython.core.display import HTML, display', []],
    ['from IPython.core.interactiveshell import InteractiveShell', []],
    ['from IPython.lib.display import Audio', []],
    ['from micropip import install', []],
  ])('%s needs these packages', (code, modules) => {
    expect(guest.findImports(code).modules).toEqual(modules);
  });
});
