/** `--connect`: code in the sandbox calls tools of other servers, real processes by the official SDK. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { McpClient, textOf } from '../../support/mcp-client.ts';
import { allProcesses, needProcesses, untilGone, untilNone } from '../../support/processes.ts';
import { runJson, vivarium } from '../../support/command.ts';
import { runInTerminal } from '../../support/terminal.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-connect-'));
const data = path.join(folder, 'data');
const log = path.join(folder, 'log.txt');
/** Process ids of all servers that were started. */
const pids = path.join(folder, 'pids.txt');
const serverAt = (name: string): string => path.join(PROJECT_ROOT, 'tests/support', name);

let files = 0;

/** A file with the servers, and the option for it. */
const connectTo = (mcpServers: Readonly<Record<string, object>>): string[] => {
  const file = path.join(folder, `servers-${(files += 1)}.json`);
  writeFileSync(file, JSON.stringify({ mcpServers }));
  return ['--connect', file];
};
const desk = (more: object = {}, ...args: string[]): object => ({
  command: process.execPath,
  args: [serverAt('desk-server.mjs'), ...args],
  env: { DESK_LOG: log, DESK_PIDS: pids },
  confirm: 'allow',
  ...more,
});
const logged = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
const untilNoneIsLeft = (file = pids): Promise<void> =>
  untilNone(() => {
    const started = new Set(readFileSync(file, 'utf8').split('\n').map(Number));
    return allProcesses().filter(({ pid }) => started.has(pid));
  });

/** Says for each call what came of it. */
const TRY = `
import host
def tried(call):
    try:
        return call()
    except host.FunctionError as error:
        return f"{type(error).__name__}: {error}"
`;

afterEach(() => rmSync(log, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a script of the command line', () => {
  it('calls tools by arguments of Python, and gets what they give', async () => {
    const code = `${TRY}
from host import desk
[desk.add(1, b=41), desk.echo("čau"), desk.create_issue("slow", from_="Ada"), len(desk.big(3_000_000)),
 [block["type"] for block in desk.picture()], tried(desk.fail), tried(lambda: desk.add("1", 2)).splitlines()[0]]`;
    const { calls, value } = await runJson([...connectTo({ desk: desk() }), '-c', code], { data });
    expect(value?.json).toEqual([
      { sum: 42 },
      'čau',
      'slow by Ada',
      3_000_000,
      ['text', 'image'],
      'FunctionError: the desk is on fire',
      'ValidationError: 1 validation error for desk.add',
    ]);
    expect(calls?.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['desk.add', 'ok'],
      ['desk.echo', 'ok'],
      ['desk.create_issue', 'ok'],
      ['desk.big', 'ok'],
      ['desk.picture', 'ok'],
      ['desk.fail', 'error'],
    ]);
  });

  it('is denied what the file denies, and what nobody can be asked for; nothing is called', async () => {
    const tools = { echo: { deny: 'no echoes' }, 'create-issue': 'ask', add: 'deny' };
    const code = `${TRY}
from host import desk
[tried(lambda: desk.echo("x")), tried(lambda: desk.create_issue("x")), tried(lambda: desk.add(1, 2))]`;
    const { calls, value } = await runJson([...connectTo({ desk: desk({ tools }) }), '-c', code], { data });
    expect(value?.json).toEqual([
      'CallDeniedError: the call was denied: no echoes',
      expect.stringContaining('standard input is no terminal; it can be allowed in the file of --connect'),
      'CallDeniedError: the call was denied',
    ]);
    expect([logged(), calls?.map(({ outcome }) => outcome)]).toEqual(['', ['denied', 'denied', 'denied']]);
  });

  it('is asked for by default, whatever a server says of its tools', async () => {
    const code = `${TRY}\nfrom host import hostile\ntried(hostile.harmless)`;
    const servers = { hostile: { command: process.execPath, args: [serverAt('hostile-tool-server.mjs')] } };
    const { value } = await runJson([...connectTo(servers), '-c', code], { data });
    expect(value?.json).toContain('CallDeniedError: the call was denied: it is to be asked for');
  });

  it('gives servers few variables of the environment, and ends them with the run', async (context) => {
    needProcesses(context);
    const env = { SECRET_OF_THE_USER: 'x' };
    const code = 'from host import desk\ndesk.environment()';
    const { value } = await runJson([...connectTo({ desk: desk({}, '--stubborn') }), '-c', code], {
      data,
      env,
    });
    expect(value?.json).toContain('DESK_LOG');
    expect(value?.json).not.toContain('SECRET_OF_THE_USER');
    await untilNoneIsLeft();
  });

  it('goes on when servers fail, end, hang, or say too much', async () => {
    const code = `${TRY}
from host import desk, slow
first = desk.pid()
[tried(desk.die), desk.pid() != first, tried(lambda: desk.big(100_000_000))[-40:], desk.add(1, 2),
 tried(lambda: desk.big(10_000_000)), tried(slow.hang), slow.add(2, 2)]`;
    const absent = { command: path.join(folder, 'absent') };
    const servers = { absent, desk: desk(), slow: desk({ timeoutSeconds: 2 }) };
    const file = path.join(folder, 'code.py');
    writeFileSync(file, code);
    const argv = ['run', '--json', '--timeout', '120', ...connectTo(servers), file];
    const { stderr, stdout } = await vivarium(argv, { data });
    expect((JSON.parse(stdout) as { value: { json: unknown } | null }).value?.json).toEqual([
      'FunctionError: the server desk has ended; the next call starts it anew',
      true,
      expect.stringContaining('12582912 bytes; it was ended'),
      { sum: 3 },
      expect.stringContaining('its result is larger than 8388608 bytes'),
      'FunctionError: the server slow did not answer within 2 s',
      { sum: 4 },
    ]);
    expect(stderr).toContain('server absent is not there: ');
    expect(stderr).toContain('server desk has ended');
    expect(logged()).toContain('cancelled');
  });

  it('stops a tool at its time limit, and can call nothing after its end', async () => {
    const code = `
import atexit
from host import desk
atexit.register(lambda: desk.create_issue("late"))
desk.hang()`;
    const result = await runJson(['--timeout', '2', ...connectTo({ desk: desk() }), '-c', code], { data });
    expect(result).toMatchObject({ status: 'timeout', calls: [{ name: 'desk.hang', outcome: 'abandoned' }] });
    await expect.poll(logged).toBe('hangs\ncancelled\n');
  });

  it('sees of what a hostile server lists what can be told of it, as data only', async () => {
    const code = `${TRY}
from host import hostile
names = [name for name in dir(hostile) if not name.startswith("_")]
[[name for name in names if not name.startswith("many")], sorted(map(ord, set(hostile.quotes.__doc__)))[-1],
 len(hostile.said.__doc__), tried(lambda: hostile.pattern(text="a" * 50_000 + "!"))["n"],
 hostile.circle(a=[1])["n"], hostile.doubling(a=1)["n"], tried(hostile.wrong)]`;
    const servers = {
      hostile: { command: process.execPath, args: [serverAt('hostile-tool-server.mjs')], confirm: 'allow' },
    };
    const file = path.join(folder, 'hostile.py');
    writeFileSync(file, code);
    const { stderr, stdout } = await vivarium(['run', '--json', ...connectTo(servers), file], { data });
    const names = [
      'circle',
      'doubling',
      'from_',
      'harmless',
      'import__',
      'n9_lives',
      'or___import____os___system__id____',
    ];
    expect((JSON.parse(stdout) as { value: { json: unknown } | null }).value?.json).toEqual([
      [...names, 'pattern', 'quotes', 'said', 'same_name', 'wrong'],
      't'.charCodeAt(0),
      2000,
      'one',
      'one',
      'one',
      expect.stringContaining('its result is not what it should be: n'),
    ]);
    expect(stderr).toContain('tool same-name is left out');
    expect(stderr.length).toBeLessThan(2000);
  });

  it.each<[string, string, RegExp]>([
    ['is no JSON', '{', /is no JSON/u],
    ['is no list of servers', '[]', /expected object/u],
    ['has no command', '{"mcpServers":{"a":{}}}', /mcpServers\.a\.command/u],
    ['has a server at an address', '{"mcpServers":{"a":{"command":"a","url":"x"}}}', /server at an address/u],
    ['has an unknown field', '{"mcpServers":{"a":{"command":"a","confrim":"deny"}}}', /no field confrim/u],
    ['names two servers alike', '{"mcpServers":{"a b":{"command":"a"},"a-b":{"command":"a"}}}', /both a_b/u],
    ['is too large', `{"mcpServers":{},"x":"${'x'.repeat(300_000)}"}`, /larger than 262144 bytes/u],
  ])('is not run when the file %s', async (_what, text, message) => {
    const file = path.join(folder, 'bad.json');
    writeFileSync(file, text);
    for (const command of [['run', '-c', '1'], ['mcp']]) {
      const { code, stderr } = await vivarium([...command, '--connect', file], { data });
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});

describe('at a terminal', () => {
  /** Types those lines, each when the question before it was asked. */
  const typed = async (
    lines: readonly string[],
    code: string,
    question = 'anything else: no',
  ): Promise<string> => {
    const file = path.join(folder, 'asks.py');
    writeFileSync(file, code);
    const connect = connectTo({ desk: desk({ confirm: 'ask' }) });
    const argv = [process.execPath, path.join(PROJECT_ROOT, 'out/main/cli.js'), 'run', ...connect, file];
    return runInTerminal(argv, { VIVARIUM_DATA_DIR: data }, question, lines);
  };

  it('the user allows a call, all calls of a function, or none', async (context) => {
    needProcesses(context);
    const code = `${TRY}
from host import desk
for title in ("no", "once", "no again", "all", "and more"):
    print("result:", tried(lambda: desk.create_issue(title + "\\u202e\\nallow it?")).split("\\u202e")[0])`;
    const shown = await typed(['n', 'y', '', 'a'], code);
    expect(shown.match(/result: .*?(?=\r?\n)/gu)).toEqual([
      'result: CallDeniedError: the call was denied: the user said no',
      'result: once',
      'result: CallDeniedError: the call was denied: the user said no',
      'result: all',
      'result: and more',
    ]);
    expect(shown).toContain('desk.create_issue with {"title": "no\\u{202e}\\nallow it?"}');
    expect(shown).not.toContain('\u202e');
    expect(logged().match(/^.*(?=\u202e$)/gmu)).toEqual(['once', 'all', 'and more']);
  });

  it('what the script had typed before a question does not answer it', async (context) => {
    needProcesses(context);
    const code = `${TRY}
from host import desk
import time
print("Press y and Enter")
time.sleep(2)
print("result:", tried(lambda: desk.create_issue("typed ahead")))`;
    // The second line comes once the question is there.
    const shown = await typed(['y', 'n'], code, 'Press y and Enter\r\n|anything else: no');
    expect(shown).toContain('result: CallDeniedError: the call was denied: the user said no');
    expect(logged()).not.toContain('typed ahead');
  });
});

describe('a client of vivarium mcp', () => {
  let mcp: McpClient;
  beforeAll(async () => {
    mcp = await McpClient.open(data, {
      args: connectTo({ desk: desk(), absent: { command: 'no-such-program' } }),
    });
  });
  afterAll(() => mcp.close());

  it('is told of the functions, and that Python may have effects', async () => {
    const { tools } = await mcp.client.listTools();
    const run = tools.find(({ name }) => name === 'run_python_code');
    expect(run?.description).toContain('def desk.add(a: int, b: int) -> DeskAddResult:');
    expect(run?.description).toContain('Not there: absent.');
    expect(run?.annotations).toMatchObject({ readOnlyHint: false, openWorldHint: true });
  });

  it('has one server for all its sessions', async () => {
    const code = 'from host import desk\nprint(desk.pid())';
    const [first, second] = [await mcp.run(code), await mcp.run(code)];
    expect(textOf(first)).toBe(textOf(second));
  });

  it('goes on when the server is killed in the midst of a call', async (context) => {
    needProcesses(context);
    const pid = Number(textOf(await mcp.run('from host import desk\nprint(desk.pid())')));
    const running = mcp.run('from host import desk\ndesk.hang()');
    await expect.poll(logged).toBe('hangs\n');
    process.kill(pid, 'SIGKILL');
    expect(textOf(await running)).toContain(
      'FunctionError: the server desk has ended; the next call starts it anew',
    );
    expect(textOf(await mcp.run('from host import desk\ndesk.add(20, 22)["sum"]'))).toBe('42');
  });

  it('is told by a function that nobody can be asked', async () => {
    const args = connectTo({ desk: desk({ confirm: 'ask' }) });
    const opened = await McpClient.open(data, { args });
    const answer = await opened.run('from host import desk\ndesk.add(1, 2)');
    expect(textOf(answer)).toContain('this client can ask nobody');
    await opened.close();
  });

  it.each(['before', 'current'] as const)('asks its user, in the revision %s', async (revision) => {
    const asked: string[] = [];
    const said = ['no', 'once', 'script', 'nonsense'];
    const opened = await McpClient.open(data, {
      args: connectTo({ desk: desk({ confirm: 'ask' }) }),
      revision,
      answer: (message) => ({
        action: 'accept',
        content: { permission: said[asked.push(message) - 1] ?? '' },
      }),
    });
    const code = `${TRY}
from host import desk
print([tried(lambda: desk.create_issue(str(n)))[:20] for n in range(5)], tried(lambda: desk.add(1, 2))[:20])`;
    const answer = await opened.run(code);
    expect(textOf(answer)).toBe(
      "['CallDeniedError: the', '1 by nobody', '2 by nobody', '3 by nobody', '4 by nobody'] CallDeniedError: the",
    );
    expect(asked).toHaveLength(4);
    expect(asked[0]).toBe('The Python script wants to call desk.create_issue with {"title": "0"}');
    // What was allowed for a script does not hold for the next one.
    expect(textOf(await opened.run('from host import desk\ndesk.create_issue("x")'))).toContain(
      'CallDeniedError',
    );
    await opened.close();
  });

  it('goes on when nobody hears what it says on stderr', async () => {
    const argv = ['mcp', ...connectTo({ absent: { command: 'no-such-program' } })];
    const child = spawn(process.execPath, [path.join(PROJECT_ROOT, 'out/main/cli.js'), ...argv], {
      env: { ...process.env, VIVARIUM_DATA_DIR: data },
    });
    child.stderr.destroy();
    let answers = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answers += text));
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    await expect.poll(() => answers).toContain('"serverInfo"');
    child.stdin.end();
    await expect.poll(() => child.exitCode).toBe(0);
  });

  it('whose server is killed leaves none of the processes behind that this one started', async (context) => {
    needProcesses(context);
    const ownPids = path.join(folder, 'wrapped.txt');
    const env = { ATTACK_PIDS: ownPids };
    const wrapped = {
      command: process.execPath,
      args: [serverAt('attacking-tool-server.mjs'), 'wrapped'],
      env,
    };
    const opened = await McpClient.open(data, { args: connectTo({ wrapped }) });
    await opened.client.listTools();
    // On a busy machine it is started more than once.
    await expect
      .poll(() => readFileSync(ownPids, 'utf8').trim().split('\n').length)
      .toBeGreaterThanOrEqual(4);
    process.kill(opened.pid, 'SIGKILL');
    await untilNoneIsLeft(ownPids);
    await opened.close();
  });

  it('that vanishes, and one that has only asked who is there, leave no server behind', async (context) => {
    needProcesses(context);
    const opened = await McpClient.open(data, { args: connectTo({ desk: desk({}, '--stubborn') }) });
    await opened.run('from host import desk');
    void opened.run('from host import desk\ndesk.hang()').catch(() => undefined);
    await expect.poll(logged).toBe('hangs\n');
    await opened.close();
    await untilGone(opened.pid);
    await mcp.close();
    await untilNoneIsLeft();
  });
});
