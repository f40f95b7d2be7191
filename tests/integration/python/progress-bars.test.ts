/** Progress bars where there are no threads: real tqdm and rich, out of their wheels. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FURTHER_WHEELS } from '../../../scripts/provision/wheels-pin.ts';
import { testWheels } from '../../support/test-wheels.ts';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeEach(async (context) => {
  const folder = await testWheels(context);
  guest = await startGuest();
  for (const { fileName } of FURTHER_WHEELS.filter(({ name }) => ['rich', 'tqdm'].includes(name)))
    guest.files.writeFile(`/tmp/${fileName}`, new Uint8Array(readFileSync(path.join(folder, fileName))));
  await guest.run('import glob, sys\nsys.path += glob.glob("/tmp/*.whl")');
}, 60_000);

/** What it writes, with what went wrong at the end of a program as well. */
const written = async (code: string): Promise<{ stdout: string; stderr: string }> => {
  const { error } = await guest.run(code, undefined, { endSeconds: 10 });
  expect(error).toBeNull();
  return { stdout: guest.takeStdout(), stderr: guest.takeStderr() };
};

/** The bar's last state, and nothing but states of the bar. */
const BAR = /^(?:\r[^\r\n]*\n?)*\r[^\r\n]*100%\|[^\r\n]*\n$/u;

describe('tqdm', () => {
  it.each([
    ['tqdm', 'from tqdm import tqdm\nfor _ in tqdm(range(3), desc="rows"): pass'],
    ['trange', 'from tqdm import trange\nfor _ in trange(3): pass'],
    ['auto', 'from tqdm.auto import tqdm\nfor _ in tqdm([1, 2]): pass'],
    ['autonotebook', 'from tqdm.autonotebook import tqdm\nfor _ in tqdm([1, 2]): pass'],
    ['notebook', 'from tqdm.notebook import tqdm\nfor _ in tqdm([1, 2], display=True): pass'],
    ['trange of the notebook', 'from tqdm.notebook import trange\nfor _ in trange(2): pass'],
    ['updates by hand', 'from tqdm import tqdm\nwith tqdm(total=4) as bar:\n  bar.update(4)'],
    [
      'asyncio',
      'import asyncio\nfrom tqdm.asyncio import tqdm\nasync def m(): await tqdm.gather(*[asyncio.sleep(0) for _ in range(3)])\nasyncio.run(m())',
    ],
  ])('draws a bar and nothing else: %s', async (name, code) => {
    const { stderr } = await written(code);
    const bar = name === 'autonotebook' ? stderr.replace(/^<script[^\r]*/u, '') : stderr;
    expect(bar).toMatch(BAR);
  });
});

describe('rich', () => {
  it.each([
    [
      'track',
      'from rich.progress import track\nfor _ in track(range(3), "packing"): pass',
      /^packing .* 100% /u,
    ],
    [
      'Progress',
      'from rich.progress import Progress\nwith Progress() as bar:\n  task = bar.add_task("packing", total=4)\n  while not bar.finished: bar.update(task, advance=1)',
      /^packing .* 100% /u,
    ],
    [
      'Live',
      'from rich.live import Live\nwith Live("first") as live:\n  for n in range(3): live.update(f"state {n}")',
      /^state 2\n?$/u,
    ],
    [
      'console.status',
      'from rich.console import Console\nc = Console()\nwith c.status("working"): c.print("in it")\nc.print("done")',
      /^in it\ndone\n$/u,
    ],
  ])('shows the last state: %s', async (_name, code, expected) => {
    const { stderr, stdout } = await written(code);
    expect(stdout).toMatch(expected);
    expect(stderr).toBe('');
  });

  it.each([
    ['track', 'for _ in track(range(9), console=terminal): time.sleep(0.03)'],
    [
      'Progress',
      'with Progress(console=terminal, refresh_per_second=50) as bar:\n  task = bar.add_task("packing", total=9)\n  for _ in range(9): bar.advance(task); time.sleep(0.03)',
    ],
    [
      'Live',
      'with Live("0", console=terminal, refresh_per_second=50) as live:\n  for n in range(9): live.update(str(n)); time.sleep(0.03)',
    ],
  ])('draws on a terminal as it goes on: %s', async (_name, code) => {
    const { stdout } = await written(`
import io, time
from rich.console import Console
from rich.live import Live
from rich.progress import Progress, track
terminal = Console(file=io.StringIO(), force_terminal=True, width=80)
${code}
print(terminal.file.getvalue().count("\\x1b[2K"))`);
    // Each drawing clears the line of the one before.
    expect(Number(stdout)).toBeGreaterThan(2);
  });
});
