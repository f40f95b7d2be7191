import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInterpreters } from '../../../src/main/native/find-interpreters.ts';
import { checkInterpreter, type InterpreterCheck } from '../../../src/main/native/interpreter-check.ts';
import { nativePython } from '../../support/native-python.ts';
import { needPosix } from '../../support/not-run.ts';
import { needProcesses, processesMarked, untilNone } from '../../support/processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vivarium-find-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const script = async (name: string, text: string): Promise<string> => {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
};
/** An interpreter that says it is of some version. */
const pretender = (name: string, version: string): Promise<string> =>
  script(name, `#!/bin/sh\nprintf 'vivarium-python\\n${version}\\ncpython\\n%s\\n%s\\n' "$0" "$0"\n`);

const problem = (check: InterpreterCheck): string =>
  check.ok ? 'no problem' : `${check.problem.code}: ${check.problem.message}`;

describe('checking a path', () => {
  it('says what it is', async (context) => {
    const python = await nativePython(context);
    const version = execFileSync(python, ['--version'], { encoding: 'utf8' }).trim().replace('Python ', '');
    expect(await checkInterpreter(python)).toMatchObject({
      ok: true,
      interpreter: { path: python, version },
    });
    expect(await checkInterpreter(`  ${python}\n`)).toMatchObject({ ok: true });
  });

  it('a bare name is looked for on the PATH, a tilde is home', async (context) => {
    const python = await nativePython(context);
    const environment = { ...process.env, PATH: path.dirname(python) };
    expect(await checkInterpreter(path.basename(python), { environment })).toMatchObject({
      ok: true,
      interpreter: { path: python },
    });
    expect(problem(await checkInterpreter('no-such-python'))).toMatch(
      /^missing: there is no "no-such-python" on the PATH/u,
    );
    expect(problem(await checkInterpreter('~/no/such/python'))).toContain(`missing: "${os.homedir()}`);
  });

  it.each([
    ['', /^not-set: .*give the path/u],
    ['bin/python3', /^not-a-full-path: .*from the root on/u],
    [path.join(os.tmpdir(), 'nothing', 'python3'), /^missing: .*does not exist; check the path/u],
    [os.tmpdir(), /^folder: .*is a folder; give the program in it/u],
    [`${path.join(os.tmpdir(), 'python')}\0`, /^not-a-full-path/u],
    [path.join(os.tmpdir(), 'a\nb'), /^missing: .*a\\u\{a\}b/u],
  ])('%j', async (binpath, expected) => {
    expect(problem(await checkInterpreter(binpath))).toMatch(expected);
  });

  it('other programs', async (context) => {
    needPosix(context);
    await writeFile(path.join(folder, 'text'), 'print(1)');
    expect(problem(await checkInterpreter(path.join(folder, 'text')))).toMatch(/^not-executable: /u);
    expect(problem(await checkInterpreter('/bin/ls'))).toMatch(
      /^not-python: .*is not a working Python interpreter: it said "/u,
    );
    expect(problem(await checkInterpreter('/bin/true'))).toMatch(
      /^not-python: .*it said nothing, exit code 0/u,
    );
    expect(problem(await checkInterpreter('/dev/null'))).toMatch(/^not-a-file: /u);
    const noProgram = await script('broken', '\u007fELF nonsense');
    expect(problem(await checkInterpreter(noProgram))).toMatch(/^(does-not-start|not-python): /u);
    const noInterpreter = await script('lost', '#!/no/such/shell\n');
    expect(problem(await checkInterpreter(noInterpreter))).toMatch(/^does-not-start: /u);
    expect(problem(await checkInterpreter(await pretender('old', '3.7.16')))).toBe(
      `too-old: "${path.join(folder, 'old')}" is Python 3.7.16; 3.8 or newer is needed`,
    );
    expect(problem(await checkInterpreter(await pretender('older', '2.7.18')))).toMatch(/^too-old: /u);
    expect(problem(await checkInterpreter(await pretender('new', '4.0.0')))).toBe('no problem');
    expect(problem(await checkInterpreter(await pretender('odd', 'three')))).toMatch(/^not-python: /u);
    const loud = await script('loud', '#!/bin/sh\nyes | head -c 3000000\n');
    expect(problem(await checkInterpreter(loud))).toMatch(/^not-python: /u);
    const loop = path.join(folder, 'loop');
    await symlink(loop, loop);
    expect(problem(await checkInterpreter(loop))).toMatch(/^not-a-file: .*ELOOP/u);
  });

  it('a socket', async (context) => {
    needPosix(context);
    const at = path.join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at, resolve));
    expect(problem(await checkInterpreter(at))).toMatch(/^not-a-file: /u);
    await new Promise((resolve) => server.close(resolve));
  });

  it('a program that hangs is given up, and its processes are ended', async (context) => {
    needProcesses(context);
    const marker = `hang-${process.pid}-${Date.now()}`;
    const hanging = await script(marker, '#!/bin/sh\nsleep 1000 &\nexec sleep 1000\n');
    const check = await checkInterpreter(hanging, {
      answerLimitMs: 300,
      environment: { PATH: process.env['PATH'], LC_ALL: marker },
    });
    expect(problem(check)).toMatch(/^no-answer: .*did not answer within 0\.3 s/u);
    await untilNone(() => processesMarked(marker));
  });

  it('a program whose child keeps its output open is not waited for', async (context) => {
    needProcesses(context);
    const marker = `holder-${process.pid}-${Date.now()}`;
    const holding = await script(
      'holding',
      "#!/bin/sh\nsleep 1000 &\nprintf 'vivarium-python\\n3.9.0\\ncpython\\n\\n\\n'\n",
    );
    const check = await checkInterpreter(holding, {
      answerLimitMs: 500,
      environment: { PATH: process.env['PATH'], LC_ALL: marker },
    });
    expect(check.ok || check.problem.code === 'no-answer').toBe(true);
    await untilNone(() => processesMarked(marker));
  });
});

describe('searching', () => {
  it('finds what is installed here', async (context) => {
    const python = await nativePython(context);
    const found = await findInterpreters();
    expect(found.map(({ path: at }) => at)).toContain(python);
    for (const { version, problem: trouble } of found) {
      if (trouble === undefined) expect(version).toMatch(/^3\.\d+\.\d+$/u);
      else expect(trouble.message).not.toBe('');
    }
  });

  it('finds interpreters on the PATH, in virtual environments and in pyenv: each once, newest first, unusable ones last', async (context) => {
    needPosix(context);
    await pretender('bin/python3.9', '3.9.5');
    await symlink('python3.9', path.join(folder, 'bin', 'python3'));
    await pretender('bin/python2', '2.7.1');
    await pretender('home/.pyenv/versions/3.12.1/bin/python', '3.12.1');
    await pretender('home/.pyenv/versions/3.7.1/bin/python', '3.7.1');
    await pretender('venv/bin/python', '3.10.0');
    await script('bin/python-config', '#!/bin/sh\n');
    const found = await findInterpreters({
      environment: {
        PATH: `${path.join(folder, 'bin')}:relative:${path.join(folder, 'bin')}`,
        VIRTUAL_ENV: path.join(folder, 'venv'),
      },
      home: path.join(folder, 'home'),
    });
    const ours = found.filter(({ path: at }) => at.startsWith(folder));
    expect(
      ours.map(({ path: at, version, problem: trouble }) => [
        path.relative(folder, at),
        version ?? trouble?.code,
      ]),
    ).toEqual([
      ['home/.pyenv/versions/3.12.1/bin/python', '3.12.1'],
      ['venv/bin/python', '3.10.0'],
      ['bin/python3', '3.9.5'],
      ['home/.pyenv/versions/3.7.1/bin/python', 'too-old'],
    ]);
  });

  it('lists a virtual environment as an interpreter of its own', { timeout: 120_000 }, async (context) => {
    const python = await nativePython(context);
    const environment = path.join(folder, 'venv');
    execFileSync(python, ['-m', 'venv', '--without-pip', environment]);
    const found = await findInterpreters({ environment: { ...process.env, VIRTUAL_ENV: environment } });
    const paths = found.map(({ path: at }) => at);
    expect(paths.filter((at) => at.startsWith(environment))).toHaveLength(1);
    expect(found.filter(({ problem: trouble }) => trouble === undefined).length).toBeGreaterThan(1);
  });

  it('finds nothing where there is nothing', async () => {
    const found = await findInterpreters({ environment: {}, home: folder });
    for (const { path: at } of found) expect(at.startsWith(folder)).toBe(false);
  });
});
