import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFileError } from '../../../src/main/base/system-error.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { eventually } from '../../support/eventually.ts';
import { needPosix } from '../../support/not-run.ts';
import { cli, start, type Setup } from './harness.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-cli-'));
  writeFileSync(join(folder, 'ok.py'), '1\n');
  writeFileSync(join(folder, 'data.csv'), 'a,b\n');
  writeFileSync(join(folder, 'latin1.py'), Buffer.from([0x27, 0xe9, 0x27]));
  writeFileSync(join(folder, 'long.py'), Buffer.alloc(LIMITS.codeBytes + 1, '#'));
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'data.csv'), 'c\n');
  symlinkSync('loop', join(folder, 'loop'));
  for (const name of ['big', 'half1', 'half2', 'half3']) writeFileSync(join(folder, name), '');
  // Sparse: takes no room on disk.
  truncateSync(join(folder, 'big'), LIMITS.fileBytes + 1);
  for (const name of ['half1', 'half2']) truncateSync(join(folder, name), LIMITS.fileBytes);
  writeFileSync(join(folder, 'half3'), 'x');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Bad input: one line that matches, exit code 2, and nothing started. */
async function expectUsageError(argv: string[], message: RegExp, setup: Setup = {}): Promise<void> {
  const outcome = await cli(argv, { cwd: folder, ...setup });
  expect(outcome.stderr).toMatch(message);
  // No control character but the last: one line, and nothing a terminal would obey.
  expect(outcome.stderr).toMatch(/^vivarium: [^\p{Cc}]+; [^\p{Cc}]+\n$/u);
  expect(outcome.code).toBe(2);
  expect(outcome.stdout).toBe('');
  expect(outcome.opened).toEqual([]);
}

describe('arguments', () => {
  it.each([
    [['bogus'], /unknown command 'bogus'/],
    [['--bogus'], /unknown option '--bogus'/],
    [['--'], /no command/],
    [['run'], /nothing to run/],
    [['run', 'ok.py', '-c', '1'], /both "ok\.py" and -c/],
    [['run', '-', '-c', ''], /both "-" and -c/],
    [['run', 'ok.py', 'more.py'], /too many arguments/],
    [['run', '--bogus', 'ok.py'], /unknown option '--bogus'/],
    [['run', '--timeot', '3', 'ok.py'], /--timeout\?/],
    [['run', '-c'], /argument missing/],
    [['run', 'ok.py', '--timeout'], /argument missing/],
    [['run', 'ok.py', '--version'], /unknown option '--version'/],
    [['run', 'ok.py', '--\u001b]0;title\u0007'], /unknown option '--\\u\{1b\}\]0;title\\u\{7\}'/],
    [['run', 'ok.py', '--force'], /--force is about files of --out; add --out DIR/],
    [['run', 'ok.py', '--out', 'ok.py'], /--out ".*ok\.py" can't be written \(EEXIST\)/],
    [['run', 'ok.py', '--out', 'o', '--runtime', 'native'], /native code can write them itself/],
    ...['serve', 'help'].map((command): [string[], RegExp] => [
      [command],
      new RegExp(`unknown command '${command}'`, 'u'),
    ]),
  ])('%j', async (argv, message) => {
    await expectUsageError(argv, message);
  });
});

describe('--timeout', () => {
  it.each([
    '',
    '0',
    '-1',
    '-0.5',
    'NaN',
    'Infinity',
    '1e9',
    '1e1',
    '10s',
    '0x10',
    ' 5',
    '5 ',
    '1,5',
    '.',
    '0.0999',
    '86400.1',
    '1_0',
  ])('refuses %j and gives the range', async (value) => {
    await expectUsageError(['run', 'ok.py', '--timeout', value], /--timeout ".*" .*from 0\.1 to 86400/);
    await expectUsageError(['run', 'ok.py', `--timeout=${value}`], /--timeout/);
  });

  it.each([
    ['0.5', 500],
    ['.5', 500],
    ['10', 10_000],
    ['10.', 10_000],
    ['0.1', 100],
    ['86400', 86_400_000],
    ['1.2345', 1235],
  ])('takes %s', async (value, timeoutMs) => {
    const outcome = await cli(['run', 'ok.py', '--timeout', value], { cwd: folder });
    expect(outcome.code).toBe(0);
    expect(outcome.requests[0]?.timeoutMs).toBe(timeoutMs);
  });
});

describe('--memory', () => {
  it.each(['', '63', '4097', '-64', '512.5', '1e3', '0x200', '1024M', 'lots'])(
    'refuses %j',
    async (value) => {
      await expectUsageError(['run', 'ok.py', '--memory', value], /--memory ".*" .*from 64 to 4096/);
    },
  );

  it('takes whole MiB', async () => {
    const outcome = await cli(['run', 'ok.py', '--memory', '512'], { cwd: folder });
    expect(outcome.opened).toMatchObject([{ memoryMiB: 512, outputKiB: 4096 }]);
  });
});

describe('--session', () => {
  it.each(['', 'a b', 'ä', '../x', 'x'.repeat(65), 'a\u001b[31m'])('refuses %j', async (value) => {
    await expectUsageError(
      ['run', 'ok.py', '--session', value],
      /--session ".*" is not a usable session name/,
    );
  });

  it('takes a name for the result; the program ends with the command', async () => {
    const outcome = await cli(['run', 'ok.py', '--json', '--session', 'a.b_c-1'], { cwd: folder });
    expect(outcome.requests.map(({ session }) => session)).toEqual([undefined]);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ session: { id: 'a.b_c-1' } });
  });
});

describe('the script', () => {
  it.each([
    ['none.py', /"none\.py" does not exist/],
    ['ok.py/x', /does not exist/],
    ['sub', /"sub" is a folder/],
    ['loop', /symbolic links/],
    ['latin1.py', /"latin1\.py" is not UTF-8/],
    ['long.py', /longer than 1048576 bytes/],
    ['a\u0000b', /not a valid path/],
    ['\u001b[2J.py', /"\\u\{1b\}\[2J\.py" does not exist/],
    ['x'.repeat(5000), /longer than a path may be/],
  ])('refuses %j', async (path, message) => {
    await expectUsageError(['run', path], message);
  });

  // Not with a real file: root, whom containers run tests as, may read everything.
  it('says when a script may not be read', () => {
    const error = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    expect(describeFileError(error)).toMatch(/^may not be read by you; /);
  });

  it('refuses an endless device without reading on', async () => {
    await expectUsageError(['run', '/dev/zero'], /longer than/);
  });

  it('refuses standard input that is too long, without reading to its end', async () => {
    const chunk = Buffer.alloc(64 * 1024, '#');
    const endless = new Readable({
      read() {
        this.push(chunk);
      },
    });
    await expectUsageError(['run', '-'], /standard input is longer than/, { stdin: endless });
    expect(endless.destroyed).toBe(true);
  });

  it('refuses standard input that is not UTF-8 or fails', async () => {
    await expectUsageError(['run', '-'], /not UTF-8/, { stdin: Readable.from([Buffer.from([0xff])]) });
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('EISDIR'), { code: 'EISDIR' }));
      },
    });
    await expectUsageError(['run', '-'], /standard input is a folder/, { stdin: failing });
  });

  it('refuses long code after -c', async () => {
    await expectUsageError(['run', '-c', 'é'.repeat(LIMITS.codeBytes / 2 + 1)], /code after -c is longer/);
  });

  it.each([
    ['', ''],
    ['\ufeffx', 'x'],
    ['é = "🐍"\r\n', 'é = "🐍"\r\n'],
  ])('takes %j', async (text, code) => {
    writeFileSync(join(folder, 'taken.py'), text);
    const fromFile = await cli(['run', 'taken.py'], { cwd: folder });
    expect(fromFile.requests[0]?.code).toBe(code);
    const fromStdin = await cli(['run', '-'], { stdin: Readable.from([Buffer.from(text)]) });
    expect(fromStdin.requests[0]?.code).toBe(code);
  });

  it('takes exactly as much as is allowed', async () => {
    truncateSync(join(folder, 'long.py'), LIMITS.codeBytes);
    const outcome = await cli(['run', 'long.py'], { cwd: folder });
    expect(outcome.requests[0]?.code).toHaveLength(LIMITS.codeBytes);
  });

  it('takes code after -c, also when it looks like an option', async () => {
    expect((await cli(['run', '-c', '-1'])).requests[0]).toEqual({
      args: [],
      code: '-1',
      columns: 80,
      timeoutMs: 60_000,
    });
    expect((await cli(['run', '-c', ''])).requests[0]?.code).toBe('');
  });

  describe('a named pipe', () => {
    const newPipe = (name: string): string => {
      const pipe = join(folder, name);
      execFileSync('mkfifo', [pipe]);
      return pipe;
    };

    /** Its other end, once someone reads: before that, it can't be opened for writing without waiting. */
    const whenRead = (pipe: string): Promise<number> =>
      eventually(() => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));

    it('is waited for', async (context) => {
      needPosix(context);
      const pipe = newPipe('awaited');
      const outcome = cli(['run', pipe]);
      const end = await whenRead(pipe);
      writeSync(end, '2+2');
      closeSync(end);
      expect((await outcome).requests[0]?.code).toBe('2+2');
    });

    it('that nobody writes to: the wait can be interrupted', async (context) => {
      needPosix(context);
      const pipe = newPipe('interrupted');
      const { outcome, interrupt } = start(['run', pipe]);
      const end = await whenRead(pipe);
      interrupt();
      expect(await outcome).toMatchObject({
        code: 130,
        stderr: 'vivarium: cancelled before the run started; run it again to start over\n',
        opened: [],
      });
      closeSync(end);
    });
  });
});

describe('--file', () => {
  it.each([
    [['none'], /--file "none" does not exist/],
    [['none=x'], /--file "none" does not exist/],
    [['sub'], /--file "sub" is a folder/],
    [['sub/'], /--file "sub\/" is a folder/],
    [['.'], /--file "\." is a folder/],
    [['..'], /--file "\.\." is a folder/],
    [['/'], /--file "\/" is a folder/],
    [['sub=x'], /--file "sub" is a folder/],
    [[''], /--file/],
    [['data.csv='], /file name "" is empty/],
    [['=x'], /--file "=x" has no path/],
    [['data.csv=../x'], /climbs out/],
    [['data.csv=/etc/x'], /absolute/],
    [['data.csv=a\\b'], /backslash/],
    [['data.csv=a//b'], /empty or "\." folder/],
    [['data.csv=a\u001b[31m'], /"a\\u\{1b\}\[31m" contains a control character/],
    [['data.csv=a\u009b31m'], /contains a control character/],
    [['data.csv=x'.padEnd(300, 'x')], /longer than 255/],
    [['data.csv', 'sub/data.csv'], /"data\.csv" and "sub\/data\.csv" would both be named "data\.csv"/],
    [['data.csv', 'data.csv'], /both be named/],
    [['data.csv=a', 'ok.py=a/b'], /"a" is also the folder of "a\/b"/],
    [['ok.py=a/b/c', 'data.csv=a'], /"a" is also the folder of "a\/b\/c"/],
    [['big'], /"big" is larger than 134217728 bytes/],
    [['/dev/zero=zeros'], /larger than 134217728 bytes/],
    [['half1', 'half2', 'half3'], /larger than 268435456 bytes together/],
  ])('refuses %j', async (values, message) => {
    await expectUsageError(['run', 'ok.py', ...values.flatMap((value) => ['--file', value])], message);
  });

  it('refuses too many', async () => {
    const values = Array.from({ length: LIMITS.fileCount + 1 }, (_, index) => `--file=data.csv=f${index}`);
    await expectUsageError(['run', 'ok.py', ...values], /--file was given 257 times/);
  });

  it('hands files over under their own or the given name', async () => {
    writeFileSync(join(folder, 'a=b.txt'), 'whole');
    writeFileSync(join(folder, 'empty'), '');
    const values = ['data.csv', 'sub/data.csv=in/data.csv', 'a=b.txt', 'a=b.txt=c', 'empty'];
    const outcome = await cli(['run', 'ok.py', ...values.flatMap((value) => ['--file', value])], {
      cwd: folder,
    });
    const files = outcome.requests[0]?.files?.map((file) => [file.name, Buffer.from(file.bytes).toString()]);
    expect(files).toEqual([
      ['data.csv', 'a,b\n'],
      ['in/data.csv', 'c\n'],
      ['a=b.txt', 'whole'],
      ['c', 'whole'],
      ['empty', ''],
      ['ok.py', readFileSync(join(folder, 'ok.py'), 'utf8')],
    ]);
  });

  it('keeps a given file that has the name of the script', async () => {
    const outcome = await cli(['run', 'ok.py', '--file', 'data.csv=ok.py'], { cwd: folder });
    expect(outcome.requests[0]).toMatchObject({ script: 'ok.py', files: [{ name: 'ok.py' }] });
    expect(Buffer.from(outcome.requests[0]?.files?.[0]?.bytes ?? []).toString()).toBe('a,b\n');
  });
});

describe('arguments of the script', () => {
  it.each([
    [['run', 'ok.py', '--', '3', '--json', '--'], { args: ['3', '--json', '--'], script: 'ok.py' }],
    [['run', '--timeout', '5', 'sub/../ok.py', '--'], { args: [], script: 'ok.py', timeoutMs: 5000 }],
    [['run', '-c', '1', '--', 'a b', ''], { args: ['a b', ''], code: '1' }],
    [['run', '--', 'ok.py', 'x'], { args: ['x'], script: 'ok.py' }],
  ])('come after "--": %j', async (argv, request) => {
    expect((await cli(argv, { cwd: folder })).requests[0]).toMatchObject(request);
  });

  it('are pointed to when they come before it', async () => {
    await expectUsageError(['run', 'ok.py', 'more.py'], /arguments of the script come after "--"/);
  });

  it.each([
    [true, [], 100],
    [false, [], 80],
    [true, ['--json'], undefined],
  ])('come with the width of a terminal: %j, %j', async (stdoutIsTty, flags, columns) => {
    const { requests } = await cli(['run', '-c', '1', ...flags], { stdoutIsTty });
    expect(requests[0]?.columns).toBe(columns);
  });
});

describe('--package and the options that name sources of packages', () => {
  it('puts the names into the request and the places into the sandbox', async () => {
    const args = ['--package', 'pandas>=2', '--package', 'rich', '--mirror', 'wheels', '--pack', 'a.pack'];
    const outcome = await cli(['run', ...args, '-c', '1'], { cwd: '/there' });
    expect(outcome).toMatchObject({ code: 0, requests: [{ packages: ['pandas>=2', 'rich'] }] });
    expect(outcome.opened[0]?.packages).toEqual({
      settings: { autoInstall: true, mirror: '/there/wheels', allow: [] },
      official: true,
      pack: '/there/a.pack',
    });
  });

  it('sets packages to offline with --offline', async () => {
    const { opened } = await cli(['run', '--offline', '--index', 'https://index.test/simple', '-c', '1']);
    expect(opened[0]?.packages).toEqual({
      settings: { autoInstall: true, mirror: '', allow: [] },
      official: false,
    });
  });

  it('uses the settings for sources that the command line does not name', async () => {
    const packageSettings = { autoInstall: false, mirror: '/mirror', allow: ['numpy'] };
    const silent = await cli(['run', '-c', '1'], { packageSettings });
    expect(silent.opened[0]?.packages?.settings).toEqual(packageSettings);
    const other = await cli(['run', '--mirror', '/other', '-c', '1'], { packageSettings });
    expect(other.opened[0]?.packages?.settings).toEqual({ ...packageSettings, mirror: '/other' });
  });

  it('are refused for native Python', async () => {
    const outcome = await cli(['run', '--runtime', 'native', '--package', 'rich', '-c', '1']);
    expect(outcome).toMatchObject({ code: 2, requests: [] });
    expect(outcome.stderr).toContain('--package');
  });
});

describe('without running anything', () => {
  it('prints help and version on stdout', async () => {
    const version = await cli(['--version']);
    expect(version).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '', opened: [] });
    const help = await cli(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '', opened: [] });
    expect(help.stdout).toContain('run');
    const runHelp = await cli(['run', '--help']);
    expect(runHelp).toMatchObject({ code: 0, stderr: '', opened: [] });
    const options = ['-c <CODE>', '--json', '--timeout', '--memory', '--session', '--file', '--package'];
    for (const option of [...options, '--out', '--force', '--offline', '--mirror', '--index', '--pack']) {
      expect(runHelp.stdout).toContain(option);
    }
  });

  it('describes where packages come from in the same words for all commands', async () => {
    const wordings = async (option: string, ...commands: string[][]): Promise<Set<string | undefined>> => {
      const helps = await Promise.all(commands.map((command) => cli([...command, '--help'])));
      // Up to the next option: help breaks lines by the longest option of the command.
      const said = new RegExp(`^ +--${option}(?: <[A-Z]+>)? (.*?)\\n(?: {2}-|\\n)`, 'msu');
      return new Set(helps.map(({ stdout }) => said.exec(stdout)?.[1]?.replaceAll(/\s+/gu, ' ').trim()));
    };
    const commands = [['run'], ['packages', 'install'], ['packages', 'verify'], ['packages', 'pack']];
    for (const option of ['mirror', 'offline']) {
      expect([...(await wordings(option, ...commands))]).toEqual([expect.stringMatching(/^\w.*\w$/u)]);
    }
  });

  it('opens the window without arguments, and passes its exit code on', async () => {
    expect(await cli([], { openWindow: async () => 3 })).toMatchObject({ code: 3, stdout: '', stderr: '' });
    const opened: (readonly string[])[] = [];
    const openWindow = async (documents: readonly string[]): Promise<number> => opened.push(documents) && 0;
    await cli(['a.py', 'sub/B.IPYNB'], { openWindow });
    expect(opened).toEqual([[expect.stringMatching(/.a\.py$/u), expect.stringMatching(/.B\.IPYNB$/u)]]);
    expect(await cli(['a.py', '--fast'], { openWindow })).toMatchObject({ code: 2 });
  });

  it('says so when the window fails', async () => {
    const failing = await cli([], { openWindow: async () => Promise.reject(new Error('no display\nat x')) });
    expect(failing).toMatchObject({ code: 70, stderr: 'vivarium: failed: no display\\u{a}at x\n' });
  });
});
