/** `vivarium mcp` with the command line of the protocol's own Inspector, in the two revisions and over both transports. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import { thisMachine } from '../../../scripts/provision/machine.ts';
import { obtainNodeEngine, pinnedNode } from '../../../scripts/provision/node-engine.ts';
import { runProgram } from '../../../scripts/shared/run-program.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { notRunHere } from '../../support/not-run.ts';
import { MCP_TOOL_NAMES } from '../../support/mcp-tool-names.ts';

/**
 * Installed here and not among the development dependencies: it is 110 MB, and refuses the Node that this project's own
 * developers may have.
 */
const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
/** What it exits with when a tool says that it failed, and when the server wants a token. */
const EXIT = { ok: 0, toolFailed: 5, noToken: 3 } as const;
const TOKEN = 'token-of-the-inspector';
const BUILT = [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'mcp'];

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-inspector-'));
/** The Inspector's, which keeps files there. */
const home = path.join(folder, 'home');
let server: ChildProcess;
let address = '';

beforeAll(async () => {
  mkdirSync(home);
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--engine-strict=false'];
  const { code, stderr } = await runProgram('npm', ['install', ...flags, INSPECTOR], { cwd: folder });
  expect(code, stderr).toBe(0);
  const serving = spawn(process.execPath, [...BUILT, '--http', '0'], {
    env: { ...process.env, VIVARIUM_DATA_DIR: folder, VIVARIUM_MCP_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = serving;
  [address = ''] = (await once(createInterface({ input: serving.stdout }), 'line')) as [string];
});
afterAll(async () => {
  server.kill('SIGINT');
  if (server.exitCode === null) await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

const Said = z.object({
  result: z.looseObject({
    isError: z.boolean().optional(),
    content: z
      .array(z.looseObject({ type: z.string(), text: z.string().optional(), uri: z.string().optional() }))
      .default([]),
    structuredContent: z.record(z.string(), z.unknown()).optional(),
  }),
});

interface Inspected {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it printed of the server's answer. */
  readonly result: () => z.infer<typeof Said>['result'];
}

const inspect = async (context: TestContext, args: readonly string[]): Promise<Inspected> => {
  const machine = thisMachine((line) => console.log(line));
  const pin = pinnedNode(machine, 22) ?? notRunHere(context, 'other-architecture');
  const program = path.join(
    folder,
    'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
  );
  const said = await runProgram(
    await obtainNodeEngine(machine, pin),
    [program, '--cli', '--format', 'json', ...args],
    { env: { ...process.env, HOME: home, USERPROFILE: home } },
  );
  return {
    ...said,
    result: () => {
      const parsed = Said.safeParse(JSON.parse(said.stdout === '' ? 'null' : said.stdout));
      if (parsed.success) return parsed.data.result;
      throw new Error(`the Inspector said: ${said.stdout}${said.stderr}`);
    },
  };
};

const call = (script: string): string[] => [
  ...['--method', 'tools/call', '--tool-name', 'run_python_code'],
  ...['--tool-args-json', JSON.stringify({ script })],
];

describe.each(['legacy', 'modern'])('over HTTP, in the %s era of the protocol', (era) => {
  const ask = (context: TestContext, args: readonly string[]): Promise<Inspected> =>
    inspect(context, [
      ...['--server-url', address, '--header', `Authorization: Bearer ${TOKEN}`, '--protocol-era', era],
      ...args,
    ]);

  it('lists tools, whose schemas it finds no error in', async (context) => {
    const { code, result, stderr } = await ask(context, ['--method', 'tools/list', '--strict']);
    expect([code, stderr]).toEqual([EXIT.ok, expect.stringContaining('0 errors')]);
    const { tools } = z.object({ tools: z.array(z.object({ name: z.string() })) }).parse(result());
    expect(tools.map(({ name }) => name).sort()).toEqual(MCP_TOOL_NAMES);
  });

  it('runs a script, and reads what the answer links to', async (context) => {
    const ran = await ask(context, call('open("made.txt", "w").write("from here")\nprint("on")\n6 * 7'));
    const { content, isError, structuredContent } = ran.result();
    expect([ran.code, isError, content[0]?.text]).toEqual([EXIT.ok, false, 'on\n42']);
    expect(structuredContent).toMatchObject({ status: 'ok', state: 'kept' });
    const uri = content.find(({ type }) => type === 'resource_link')?.uri ?? '';
    expect(uri).toMatch(/^vivarium:\/\/session\/py-[\da-f]{12}\/files\/made\.txt$/u);
    const read = await ask(context, ['--method', 'resources/read', '--uri', uri]);
    expect([read.code, read.result()]).toEqual([
      EXIT.ok,
      expect.objectContaining({ contents: [{ uri, mimeType: 'text/plain', text: 'from here' }] }),
    ]);
  });

  it('tells of an error in the script, and of arguments that are none', async (context) => {
    const failed = await ask(context, call('1 / 0'));
    expect([failed.code, failed.result().isError]).toEqual([EXIT.toolFailed, true]);
    expect(failed.result().content[0]?.text).toContain('ZeroDivisionError: division by zero');
    expect(failed.result().structuredContent).toMatchObject({ error_type: 'ZeroDivisionError' });
    const odd = await ask(context, [
      ...['--method', 'tools/call', '--tool-name', 'run_python_code'],
      ...['--tool-args-json', '{"scrip": "1"}'],
    ]);
    expect([odd.code, odd.result().content[0]?.text]).toEqual([
      EXIT.toolFailed,
      expect.stringContaining('there is no field "scrip"'),
    ]);
  });

  it('is refused without the token', async (context) => {
    const { code, stdout } = await inspect(context, [
      ...['--server-url', address, '--protocol-era', era, '--method', 'tools/list'],
    ]);
    expect([code, stdout]).toEqual([EXIT.noToken, '']);
  });
});

it.for(['legacy', 'modern'])('over stdin and stdout, in the %s era of the protocol', async (era, context) => {
  const { code, result } = await inspect(context, [
    ...['--protocol-era', era, ...call('print("on")\n6 * 7')],
    // What it starts gets no more of its environment than this.
    ...['-e', `HOME=${homedir()}`, '-e', `VIVARIUM_DATA_DIR=${folder}`],
    ...['--', process.execPath, ...BUILT],
  ]);
  const { content } = result();
  expect([code, content[0]]).toEqual([EXIT.ok, { type: 'text', text: 'on\n42' }]);
});
