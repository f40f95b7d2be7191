/** `display()` and `input()` in a real Pyodide, without the processes around it. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

beforeEach(() => {
  guest.takeStdout();
  guest.takeStderr();
  guest.takeShown();
});

/** What the code shows: MIME type to content, each. */
const shownBy = async (code: string): Promise<Record<string, string>[]> => {
  expect((await guest.run(code)).error).toBeNull();
  return guest.takeShown().map(({ mime }) => Object.fromEntries(mime));
};

describe('display', () => {
  it('shows all forms that an object offers, and each object by itself', async () => {
    const code = `
class Rich:
    def __repr__(self): return 'Rich()'
    def _repr_html_(self): return '<b>é</b>'
    def _repr_markdown_(self): return '**é**'
    def _repr_svg_(self): return '<svg/>'
    def _repr_png_(self): return b'\\x89PNG'
    def _repr_jpeg_(self): return b'\\xff\\xd8', {'width': 1}
    def _repr_latex_(self): return '$x$'
    def _repr_json_(self): return {'a': [1, None]}
    def _repr_pdf_(self): return None
display(Rich(), 7);`;
    expect(await shownBy(code)).toEqual([
      {
        'text/plain': 'Rich()',
        'text/html': '<b>é</b>',
        'text/markdown': '**é**',
        'image/svg+xml': '<svg/>',
        'image/png': 'iVBORw==',
        'image/jpeg': '/9g=',
        'text/latex': '$x$',
        'application/json': '{"a": [1, null]}',
      },
      { 'text/plain': '7' },
    ]);
  });

  it('has text as text, and bytes of all other types as one line of base64', async () => {
    const code = `
display({
    'image/svg+xml': '<svg>é</svg>'.encode(),
    'text/html': b'<b>',
    'image/gif': b'GIF8',
    'audio/wav': 'UklG\\nRg==\\n',
    'application/pdf': 'JVBE\\nRg==',
    'application/x-made-up': 'two words\\nand two',
}, raw=True)`;
    expect(await shownBy(code)).toEqual([
      {
        'image/svg+xml': '<svg>é</svg>',
        'text/html': '<b>',
        'image/gif': 'R0lGOA==',
        'audio/wav': 'UklGRg==',
        'application/pdf': 'JVBERg==',
        'application/x-made-up': 'two words\nand two',
      },
    ]);
  });

  it('leaves out text that is none', async () => {
    const [shown] = await shownBy("display({'text/html': b'\\xff', 'text/plain': 'x'}, raw=True)");
    expect(Object.keys(shown ?? {})).toEqual(['text/plain']);
    expect(shown?.['text/plain']).toMatch(/text\/html left out: UnicodeDecodeError/u);
  });

  it('takes a bundle, with metadata or without, before single forms', async () => {
    const code = `
class Bundle:
    def _repr_mimebundle_(self, include=None, exclude=None):
        assert include is None or include == ['text/html'], include
        return {'text/html': 'from the bundle', 'application/vnd.x+json': {'k': 1}}, {'text/html': {}}
    def _repr_html_(self): raise AssertionError('not asked')
    def _repr_latex_(self): return 'beside it'
    def __repr__(self): return 'plain'
display(Bundle())
display(Bundle(), include=['text/html'])
display(Bundle(), exclude=['text/html', 'text/latex'])
display({'text/x-own': 'raw'}, raw=True)`;
    expect(await shownBy(code)).toEqual([
      {
        'text/plain': 'plain',
        'text/html': 'from the bundle',
        'application/vnd.x+json': '{"k": 1}',
        'text/latex': 'beside it',
      },
      { 'text/html': 'from the bundle' },
      { 'text/plain': 'plain', 'application/vnd.x+json': '{"k": 1}' },
      { 'text/x-own': 'raw' },
    ]);
  });

  it('reports a form that fails, and shows the others', async () => {
    const code = `
class Broken:
    def _repr_html_(self): return 1 / 0
    def _repr_latex_(self): return 5
    def __repr__(self): return 'whole'
display(Broken())`;
    expect(await shownBy(code)).toEqual([{ 'text/plain': 'whole' }]);
    const stderr = guest.takeStderr();
    expect(stderr).toContain('ZeroDivisionError');
    expect(stderr).toContain('_repr_latex_ returned int');
    expect(stderr).not.toContain('<vivarium>');
  });

  it.each([
    ['a class', 'class A:\n  def _repr_html_(self): return "x"\ndisplay(A)'],
    [
      'an object that has every attribute',
      'class A:\n  def __getattr__(self, name): return lambda *a, **k: "x"\n  def __repr__(self): return "a"\ndisplay(A())',
    ],
  ])('%s has its text only', async (_what, code) => {
    expect((await shownBy(code)).map((forms) => Object.keys(forms))).toEqual([['text/plain']]);
  });

  it('lets an object show itself', async () => {
    const code = `
class Own:
    def _ipython_display_(self): display('by itself')
display(Own())`;
    expect(await shownBy(code)).toEqual([{ 'text/plain': "'by itself'" }]);
  });

  it('gives a handle for a display id, which updates the display', async () => {
    const code = 'handle = display(1, display_id=True)\nhandle.update(2)\nassert display(3) is None';
    expect(await shownBy(code)).toEqual([
      { 'text/plain': '1' },
      { 'text/plain': '2' },
      { 'text/plain': '3' },
    ]);
  });
});

describe('the value', () => {
  it('is shown at the end when there is more to it than its text', async () => {
    const code = `
class Table:
    def _repr_html_(self): return '<table/>'
    def __str__(self): return 'as text'
    def __repr__(self): return 'as repr'
display('before')
Table()`;
    const outcome = await guest.run(code);
    expect(outcome.value).toEqual({ text: 'as text' });
    expect(guest.takeShown().map(({ mime }) => Object.fromEntries(mime))).toEqual([
      { 'text/plain': "'before'" },
      { 'text/plain': 'as repr', 'text/html': '<table/>' },
    ]);
  });

  it('that shows itself has nothing else to show, and is not asked for its text', async () => {
    const code = `
asked = []
class Own:
    def _ipython_display_(self): display('by itself')
    def __str__(self): asked.append('str'); return 'text'
    def __repr__(self): asked.append('repr'); return 'text'
Own()`;
    expect((await guest.run(code)).value).toBeNull();
    expect(guest.takeShown().map(({ mime }) => Object.fromEntries(mime))).toEqual([
      { 'text/plain': "'by itself'" },
    ]);
    expect((await guest.run('asked')).value?.json).toEqual([]);
  });

  it.each(['raise NotImplementedError', '1 / 0'])(
    'that fails to show itself (%s) has its text',
    async (how) => {
      const code = `class Own:\n  def _ipython_display_(self): ${how}\n  def __str__(self): return 'text'\nOwn()`;
      expect((await guest.run(code)).value).toEqual({ text: 'text' });
      guest.takeStderr();
    },
  );

  it.each(['1', '"text"', '[1]', '{"a": 1}', 'object()', 'int', 'None', '1;'])(
    '%s has no more',
    async (code) => {
      expect(await shownBy(code)).toEqual([]);
    },
  );
});

describe('budgets', () => {
  let tight: Guest;

  beforeAll(async () => {
    tight = await startGuest({ bytes: 20_000, totalBytes: 50_000, count: 6, types: 4 });
  }, 60_000);

  it('leaves out a form that is too large, and says so in the text', async () => {
    await tight.run(`
class Large:
    def _repr_html_(self): return 'x' * 30_000
    def _repr_latex_(self): return 'kept'
    def __repr__(self): return 'Large()'
display(Large())`);
    const [shown] = tight.takeShown();
    expect(shown?.cut).toBe(true);
    expect(shown?.mime).toEqual([
      ['text/plain', 'Large()\n[text/html left out: 30000 bytes are more than the 20000 of one output]'],
      ['text/latex', 'kept'],
    ]);
  });

  it('cuts text that is too large by itself', async () => {
    await tight.run("class T:\n  def __repr__(self): return '\\x01' * 100_000\ndisplay(T())");
    const [shown] = tight.takeShown();
    expect(shown?.cut).toBe(true);
    expect(shown?.mime[0]?.[1]).toContain('[text/plain cut: 100000 characters are too many for one output]');
  });

  it('ends with a note when all together are too large, or too many', async () => {
    await tight.run('for _ in range(100): display({"text/plain": "y" * 12_000}, raw=True)');
    const large = tight.takeShown();
    expect(large).toHaveLength(5);
    expect(large.map(({ cut }) => cut)).toEqual([false, false, false, false, true]);
    expect(large.at(-1)?.mime[0]?.[1]).toContain('together they are larger than 50000 bytes');
    await tight.run('for number in range(1000): display(number)');
    const many = tight.takeShown();
    expect(many).toHaveLength(6);
    expect(many.at(-1)?.mime[0]?.[1]).toContain('there are more than 5');
    await tight.run('display("the next run begins anew")');
    expect(tight.takeShown()).toHaveLength(1);
  });

  it('leaves out invalid MIME types, and types beyond the maximum', async () => {
    await tight.run(
      'display({"__proto__": "a", "text/html\\n": "b", 5: "c", "text/html": "d"}, raw=True)\n' +
        'display({f"x/t{n}": "" for n in range(50)}, raw=True)',
    );
    const [names, types] = tight.takeShown();
    expect(names?.mime.map(([mime]) => mime)).toEqual(['text/html', 'text/plain']);
    expect(names?.mime[1]?.[1]).toContain("'__proto__' left out: no MIME type");
    expect(types?.mime).toHaveLength(4);
  });
});

describe('input', () => {
  it('announces its prompt, prints it, and finds the end of a closed input', async () => {
    guest.takePrompts();
    const { error } = await guest.run('input("who? ")');
    expect(error).toMatchObject({ type: 'EOFError', line: 1 });
    expect(error?.traceback).not.toContain('<vivarium>');
    expect(guest.takePrompts()).toEqual(['who? ', '']);
    expect(guest.takeStdout()).toBe('who? ');
  });

  it('of getpass is announced as a secret; its prompt goes to stderr', async () => {
    guest.takePrompts();
    const { error } = await guest.run('import getpass\ngetpass.getpass("Key: ")');
    expect(error).toMatchObject({ type: 'EOFError', line: 2 });
    expect(guest.takePrompts()).toEqual([{ secret: 'Key: ' }, '']);
    expect([guest.takeStdout(), guest.takeStderr()]).toEqual(['', 'Key: \n']);
    const own = 'import io, sys\nsys.stdin = io.StringIO("hush\\n")\nfrom getpass import getpass\ngetpass()';
    expect((await guest.run(own)).value?.text).toBe('hush');
  });

  it('reads what the guest puts in the place of standard input', async () => {
    const outcome = await guest.run('import io, sys\nsys.stdin = io.StringIO("own\\n")\ninput()');
    expect(outcome.value?.text).toBe('own');
  });
});

describe('files', () => {
  it('are all listed, links and caches left out', async () => {
    await guest.run(`
import os
os.makedirs('in/deep', exist_ok=True)
open('in/deep/a.json', 'w').write('{}')
os.symlink('/etc/passwd', 'link')
os.makedirs('__pycache__'); open('__pycache__/x.pyc', 'w').close()`);
    expect(guest.listFiles()).toEqual([{ name: 'in/deep/a.json', size: 2, mime: 'application/json' }]);
  });
});
