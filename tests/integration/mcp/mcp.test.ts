/** `vivarium mcp` with the official client, a real Electron behind it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpClient, textOf } from '../../support/mcp-client.ts';
import { allProcesses, needProcesses, untilGone, untilNone } from '../../support/processes.ts';
import { testWheels, testWheelsFolder } from '../../support/test-wheels.ts';
import { vivarium } from '../../support/command.ts';
import { MCP_TOOL_NAMES } from '../../support/mcp-tool-names.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-mcp-'));
const dataFolder = path.join(folder, 'data');
const readable = path.join(folder, 'readable');
const writable = path.join(folder, 'writable');

let mcp: McpClient;

beforeAll(async () => {
  for (const made of [readable, writable]) mkdirSync(made);
  writeFileSync(path.join(readable, 'numbers.csv'), 'n\n1\n41\n');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  symlinkSync(path.join(folder, 'secret.txt'), path.join(readable, 'link.txt'));
  symlinkSync(folder, path.join(readable, 'up'));
  const args = [
    '--mirror',
    testWheelsFolder(),
    '--offline',
    '--allow-dir',
    readable,
    '--allow-dir',
    `${writable}:rw`,
  ];
  mcp = await McpClient.open(dataFolder, { args });
});
afterAll(async () => {
  await mcp.close();
  rmSync(folder, { recursive: true, force: true });
});

const sessionOf = (answer: Awaited<ReturnType<McpClient['run']>>): string => {
  const session = answer.structuredContent?.['session'];
  if (typeof session !== 'string') throw new Error(`no session: ${JSON.stringify(answer)}`);
  return session;
};
const newSession = async (script = ''): Promise<string> => sessionOf(await mcp.run(script));

describe.each(['before', 'current'] as const)('the revision %s of the protocol', (revision) => {
  it('has the tools with their schemas, and runs code', async () => {
    const opened = await McpClient.open(dataFolder, { revision });
    const { tools } = await opened.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(MCP_TOOL_NAMES);
    expect(tools.filter(({ outputSchema }) => outputSchema === undefined)).toEqual([]);
    const answer = await opened.run('print("printed")\n6 * 7');
    expect(textOf(answer)).toBe('printed\n42');
    expect(answer.structuredContent).toMatchObject({ status: 'ok', state: 'kept', truncated: false });
    await opened.close();
    await untilGone(opened.pid);
  });

  it('asks the user for what input() waits for', async () => {
    const asked: string[] = [];
    const opened = await McpClient.open(dataFolder, {
      revision,
      answer: (message) => ({ action: 'accept', content: { line: `answer ${asked.push(message)}` } }),
    });
    const answer = await opened.run('a = input("first? ")\nb = input("second? ")\n[a, b]');
    expect([answer.isError, textOf(answer)]).toEqual([
      false,
      expect.stringContaining("['answer 1', 'answer 2']") as string,
    ]);
    expect(asked).toEqual(['The Python script asks: first?', 'The Python script asks: second?']);
    const session = sessionOf(answer);
    expect(textOf(await opened.run('a + b', { session }))).toBe('answer 1answer 2');
    await opened.close();
    await untilGone(opened.pid);
  });
});

describe('a session', () => {
  it('keeps variables and files, under a handle that the server gives', async () => {
    const session = await newSession('x = 41');
    expect(textOf(await mcp.run('x + 1', { session }))).toBe('42');
    await mcp.call('write_file', { session, name: 'in/a.txt', text: 'čau\nworld' });
    expect(textOf(await mcp.run('open("in/a.txt").read().upper()', { session }))).toBe('ČAU\nWORLD');
    const listed = await mcp.call('list_files', { session });
    expect(listed.structuredContent).toEqual({ files: [{ name: 'in/a.txt', size: 10, mime: 'text/plain' }] });
    const read = await mcp.call('read_file', { session, name: 'in/a.txt' });
    expect([textOf(read), read.structuredContent]).toEqual([
      'čau\nworld',
      { size: 10, offset: 0, next_offset: null, encoding: 'text' },
    ]);
    expect((await mcp.call('reset_session', { session })).structuredContent).toEqual({ had_state: true });
    expect(textOf(await mcp.run('x', { session }))).toContain('NameError');
  });

  it('is not had by guessing, and two do not see each other', async () => {
    const [first, second] = [await newSession('secret = 1'), await newSession('secret = 2')];
    expect(textOf(await mcp.run('secret', { session: first }))).toBe('1');
    expect(textOf(await mcp.run('secret', { session: second }))).toBe('2');
    for (const call of ['reset_session', 'list_files']) {
      const answer = await mcp.call(call, { session: 'py-000000000000' });
      expect([answer.isError, textOf(answer)]).toEqual([
        true,
        expect.stringContaining('leave "session" out') as string,
      ]);
    }
  });

  it('goes on after its process was killed in the midst of a call', async (context) => {
    needProcesses(context);
    const session = await newSession('x = 1');
    const progress: string[] = [];
    const running = mcp.run(
      'print("on"); import time\nwhile True: time.sleep(0.1)',
      { session },
      {
        onprogress: ({ message }) => progress.push(message ?? ''),
      },
    );
    await expect.poll(() => progress).toContain('Python runs, and prints');
    const descendants = (pid: number): number[] =>
      allProcesses()
        .filter(({ parent }) => parent === pid)
        .flatMap(({ pid: child }) => [child, ...descendants(child)]);
    const sidecars = allProcesses().filter(
      ({ pid, commandLine }) =>
        descendants(mcp.pid).includes(pid) && commandLine.includes('node.mojom.NodeService'),
    );
    expect(sidecars).not.toEqual([]);
    for (const { pid } of sidecars) process.kill(pid, 'SIGKILL');
    const answer = await running;
    expect(answer.structuredContent).toMatchObject({ session, status: 'crashed', state: 'lost' });
    expect(textOf(await mcp.run('"x" in globals()', { session }))).toBe('False');
  });

  it('stops what is cancelled, and keeps its state', async () => {
    const session = await newSession('x = 42');
    const stop = new AbortController();
    const running = mcp.run(
      'print("on")\nwhile True: pass',
      { session },
      {
        signal: stop.signal,
        onprogress: ({ message }) => {
          if (message === 'Python runs, and prints') stop.abort();
        },
      },
    );
    await expect(running).rejects.toThrow();
    expect(textOf(await mcp.run('x', { session }))).toBe('42');
  });
});

describe('an answer', () => {
  it('is short, whatever a script prints', async () => {
    const hostile = [
      'for _ in range(200): print("x" * 1_000_000)',
      'import sys\nprint("\\x00\\x1b" * 500_000); print("e" * 9_000_000, file=sys.stderr)\n"\\ud83d\\ude00" * 1_000_000',
      'raise ValueError("v" * 5_000_000)',
      'for i in range(900): open("\\u4e2d" * 80 + str(i), "w").close()',
      '[[["deep"] * 1000] * 1000] * 10',
    ];
    const session = await newSession();
    for (const script of hostile) {
      const answer = await mcp.run(script, { session });
      expect(Buffer.byteLength(JSON.stringify(answer)), script).toBeLessThan(75_000);
    }
    const long = await mcp.run('print("first"); print("x" * 100_000); print("last")', { session });
    expect(textOf(long)).toMatch(/^first\n[^]*characters left out[^]*last$/u);
    expect(long.structuredContent).toMatchObject({ truncated: true });
  });

  it('says each thing once, and has one picture', async (context) => {
    await testWheels(context);
    const answer = await mcp.run(
      'import matplotlib.pyplot as plt\nfor n in range(3):\n    plt.plot([0, n]); plt.show()\nprint("once-" + "only")',
    );
    const text = JSON.stringify(answer);
    expect(answer.content.filter(({ type }) => type === 'image')).toHaveLength(1);
    expect(text.split('once-only')).toHaveLength(2);
    const links = answer.content.filter(({ type }) => type === 'resource_link');
    expect(links).toHaveLength(2);
    const { contents } = await mcp.client.readResource({ uri: links[0]?.uri ?? '' });
    expect(contents).toMatchObject([
      { mimeType: 'image/png', blob: expect.stringMatching(/^iVBOR/u) as string },
    ]);
  });

  it('tells the text of what is shown beside its links', async () => {
    const answer = await mcp.run(
      'class Table:\n    def _repr_html_(self): return "<table>"\n    def __repr__(self): return "as text"\n' +
        'display(Table())\nNone',
    );
    expect(answer.content).toMatchObject([
      { type: 'text', text: 'as text' },
      { type: 'resource_link', mimeType: 'text/html' },
      {
        type: 'text',
        text: `[session ${sessionOf(answer)}: pass it on to go on with its variables and files]`,
      },
    ]);
  });

  it.each([
    ['page.html', 'b"<p>"', { mimeType: 'text/html', text: '<p>' }],
    ['notes.unknown', 'b"text"', { mimeType: 'text/plain', text: 'text' }],
    ['picture.png', 'b"\\x89PNG\\0"', { mimeType: 'image/png', blob: 'iVBORwA=' }],
    ['bytes.unknown', 'b"\\0"', { mimeType: 'application/octet-stream', blob: 'AA==' }],
  ])('%s is read as the type that its link has', async (name, bytes, content) => {
    const answer = await mcp.run(`open(${JSON.stringify(name)}, "wb").write(${bytes})`);
    const uri = answer.content.find(({ type }) => type === 'resource_link')?.uri ?? '';
    expect((await mcp.client.readResource({ uri })).contents).toEqual([{ uri, ...content }]);
  });

  it('links to files, which can be read', async () => {
    const answer = await mcp.run('open("ä b.txt", "w").write("there")');
    const link = answer.content.find(({ type }) => type === 'resource_link');
    const { contents } = await mcp.client.readResource({ uri: link?.uri ?? '' });
    expect([link?.name, contents]).toMatchObject(['ä b.txt', [{ text: 'there' }]]);
  });

  it('tells of errors, and that nobody answers input()', async () => {
    const failed = await mcp.run('def f():\n    1 / 0\nf()');
    expect(failed).toMatchObject({
      isError: true,
      structuredContent: { status: 'error', error_type: 'ZeroDivisionError' },
    });
    expect(textOf(await mcp.run('input("name? ")'))).toContain('no line is left for input()');
    const stopped = await mcp.run('while True: pass', { timeout_seconds: 1 });
    expect(stopped.structuredContent).toMatchObject({ status: 'timeout', state: 'kept' });
  });
});

describe("the user's files", () => {
  it('come from and go to the folders that are open', async () => {
    const session = await newSession();
    const file = { name: 'numbers.csv', path: path.join(readable, 'numbers.csv') };
    expect(
      textOf(
        await mcp.run('sum(int(n) for n in open("numbers.csv").readlines()[1:])', { session, files: [file] }),
      ),
    ).toBe('42');
    const target = path.join(writable, 'out.csv');
    await mcp.call('read_file', { session, name: 'numbers.csv', to_path: target });
    expect(readFileSync(target, 'utf8')).toBe('n\n1\n41\n');
    const again = await mcp.call('read_file', { session, name: 'numbers.csv', to_path: target });
    expect([again.isError, textOf(again)]).toEqual([
      true,
      expect.stringContaining('is there already') as string,
    ]);
  });

  it('stay closed otherwise', async () => {
    const session = await newSession();
    const paths = [
      path.join(folder, 'secret.txt'),
      `${readable}/../secret.txt`,
      path.join(readable, 'link.txt'),
      path.join(readable, 'up', 'secret.txt'),
      readable,
      'numbers.csv',
      '/dev/zero',
      '/proc/self/environ',
      `${readable}/numbers.csv\0.txt`,
    ];
    for (const given of paths) {
      const answer = await mcp.call('write_file', { session, name: 'x', path: given });
      expect([answer.isError, textOf(answer)], given).not.toEqual([
        true,
        expect.stringContaining('secret\n') as string,
      ]);
      expect(answer.isError, given).toBe(true);
    }
    for (const given of [
      path.join(readable, 'new.txt'),
      path.join(folder, 'new.txt'),
      `${writable}/../new.txt`,
    ]) {
      const answer = await mcp.call('read_file', { session, name: 'x', to_path: given });
      expect(answer.isError, given).toBe(true);
    }
    expect((await mcp.call('list_files', { session })).structuredContent).toEqual({ files: [] });
  });
});

it.each([
  ['no script', {}],
  ['a script that is no text', { script: 3 }],
  ['a script that is too long', { script: 'x'.repeat(1024 * 1024 + 1) }],
  ['a field that there is not', { script: '1', shell: 'rm' }],
  ['a name that climbs', { script: '1', files: [{ name: '../x', text: '' }] }],
  ['a file of two contents', { script: '1', files: [{ name: 'x', text: '', base64: '' }] }],
  ['a time limit of none', { script: '1', timeout_seconds: 0 }],
])('refuses %s, and goes on', async (_what, given) => {
  const refused = await mcp.call('run_python_code', given).then(
    ({ isError }) => isError,
    () => true,
  );
  expect(refused).toBe(true);
  expect(textOf(await mcp.run('1 + 1'))).toBe('2');
});

it('leaves no process behind when the client disappears during a run', async (context) => {
  needProcesses(context);
  const opened = await McpClient.open(dataFolder);
  const progress: string[] = [];
  const running = opened.run(
    'print("on")\nwhile True: pass',
    {},
    {
      onprogress: ({ message }) => progress.push(message ?? ''),
    },
  );
  running.catch(() => undefined);
  await expect.poll(() => progress).toContain('Python runs, and prints');
  const ofServer = (): ReturnType<typeof allProcesses> =>
    allProcesses().filter(({ commandLine }) => commandLine.includes(`-${opened.pid}-`));
  expect(ofServer()).not.toEqual([]);
  await opened.close();
  await untilGone(opened.pid);
  await untilNone(ofServer);
});

it('names the fault of a folder, and does not serve then', async () => {
  const { code, stderr, stdout } = await vivarium(['mcp', '--allow-dir', '/nowhere'], { data: dataFolder });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--allow-dir: "/nowhere" is no folder');
});
