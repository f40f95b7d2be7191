/** SessionRegistry started from an image with packages in it: made once, tried, used ever after, and shared by nobody. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { openPackages } from '../../src/main/packages/open-packages.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import type { SandboxConfig } from '../../src/main/sandbox/sandbox-config.ts';
import { eventually } from '../support/eventually.ts';
import { nodeSandbox, OUT_FOLDER } from '../support/node-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';

const LONG_MS = 300_000;

const USES_NUMPY = `
import numpy as np
import sys
[int(np.arange(5).sum()), round(float(np.linalg.det(np.eye(3) * 2)), 3)]`;

interface Stage {
  readonly folder: string;
  /** Ended with the test. */
  readonly open: (allow?: string[], config?: Partial<SandboxConfig>) => Promise<Sandbox>;
  /** Of the images kept. */
  readonly files: () => Promise<string[]>;
}

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'vivarium-images-'));
const discard = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

const openOn = async (
  folder: string,
  mirror: string,
  allow: string[] = [],
  config: Partial<SandboxConfig> = {},
): Promise<Sandbox> => {
  const { service } = openPackages({
    dataFolder: folder,
    ...(await loadPyodideLock(builtFiles(OUT_FOLDER).runtime)),
    settings: { autoInstall: true, mirror, allow },
    transport: nodeTransport(),
    official: false,
  });
  return nodeSandbox({ dataDir: path.join(folder, 'snapshots'), packages: service, ...config });
};

/** Made once, since it takes long: with NumPy in the store, an interpreter's snapshot, and an image with NumPy. */
let madeFolder: Promise<string> | undefined;
const withImage = async (mirror: string): Promise<string> => {
  const folder = await newFolder();
  const sandbox = await openOn(folder, mirror);
  expect((await sandbox.run({ code: USES_NUMPY })).status).toBe('ok');
  await sandbox.dispose();
  return folder;
};
afterAll(async () => {
  const folder = await madeFolder?.catch(() => undefined);
  if (folder !== undefined) await discard(folder);
});

/** @param begin with nothing; with an interpreter's snapshot; or with an image that has NumPy in it as well */
const stage = async (
  context: TestContext,
  begin: 'empty' | 'snapshot' | 'image' = 'snapshot',
): Promise<Stage> => {
  const mirror = await testWheels(context);
  const folder = await newFolder();
  onTestFinished(() => discard(folder));
  const snapshots = path.join(folder, 'snapshots');
  const images = path.join(snapshots, 'packages');
  if (begin !== 'empty') await cp(await (madeFolder ??= withImage(mirror)), folder, { recursive: true });
  if (begin === 'snapshot') {
    for (const name of ['packages', 'bytecode']) await discard(path.join(snapshots, name));
  }
  return {
    folder,
    open: async (allow, config) => {
      const sandbox = await openOn(folder, mirror, allow, config);
      onTestFinished(() => sandbox.dispose());
      return sandbox;
    },
    files: async () =>
      (await readdir(images).catch(() => []))
        .filter((name) => name.endsWith('.snapshot'))
        .map((name) => path.join(images, name)),
  };
};

describe('an image with packages', { timeout: LONG_MS }, () => {
  it('is made by a process without a guest, and used by it and by later ones', async (context) => {
    const { open, files } = await stage(context, 'empty');
    const first = await open();
    const made = await first.run({ code: USES_NUMPY });
    expect([made.status, made.value?.text, made.packages]).toEqual(['ok', '[10, 8.0]', ['numpy']]);
    const [image, ...others] = await files();
    if (image === undefined) throw new Error('there is no image');
    expect(others).toEqual([]);
    const bytes = await readFile(image);
    await first.dispose();

    const second = await open();
    // Loaded before the code's first line, which only an image can bring about.
    const loaded = 'import sys\nbefore = "numpy" in sys.modules\nimport numpy\nbefore';
    // At once, in a process that has to be given it first.
    const runs = await Promise.all([
      second.run({ code: loaded }),
      second.run({ code: loaded, session: 'a' }),
    ]);
    expect(runs.map(({ value, packages }) => [value?.text, packages])).toEqual([
      ['True', ['numpy']],
      ['True', ['numpy']],
    ]);
    expect((await second.run({ code: '"numpy" in __import__("sys").modules' })).value?.text).toBe('False');
    expect(await readFile(image)).toEqual(bytes);
  });

  it('is made in the background where a process is kept in reserve, and no run waits for it', async (context) => {
    const { open, files } = await stage(context);
    const sandbox = await open([], { standby: true });
    expect((await sandbox.run({ code: '1', session: 'a' })).status).toBe('ok');
    await eventually(() => expect(sandbox.standby.ready).toBe(true));
    const first = await sandbox.run({ code: USES_NUMPY });
    expect([first.status, first.value?.text]).toEqual(['ok', '[10, 8.0]']);
    await eventually(async () => expect(await files()).toHaveLength(1), { withinMs: LONG_MS / 2 });
    const loaded = 'import sys\nbefore = "numpy" in sys.modules\nimport numpy\nbefore';
    // The process that runs code has it from the disk, the one in reserve is ready again.
    expect((await sandbox.run({ code: loaded, session: 'b' })).value?.text).toBe('True');
    await eventually(() => expect(sandbox.standby.ready).toBe(true));
    expect((await sandbox.run({ code: '1', session: 'a' })).session.state).toBe('kept');
  });

  it('gives nothing of one run to another, and is random', async (context) => {
    const { open } = await stage(context);
    const sandbox = await open();
    const spoil = `
import numpy as np, random
np.spoilt = True
with open(np.__file__, "r+b") as file:
    file.write(b"#spoilt")
[float(np.random.rand()), float(np.random.default_rng().random()), random.random()]`;
    const look = `
import numpy as np, random
assert not hasattr(np, "spoilt")
assert b"#spoilt" not in open(np.__file__, "rb").read()
[float(np.random.rand()), float(np.random.default_rng().random()), random.random()]`;
    const drawn = [];
    for (const code of [spoil, look, look]) {
      const result = await sandbox.run({ code });
      expect([result.status, result.error]).toEqual(['ok', null]);
      drawn.push(...(result.value?.json as number[]));
    }
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('takes further packages, with libraries of their own', async (context) => {
    const { open, files } = await stage(context, 'image');
    const before = await files();
    const sandbox = await open();
    // The process has a guest in it by then, and makes no image of the larger set.
    await sandbox.run({ code: '1' });
    const code = `
import numpy as np
from lxml import etree
import regex
[etree.fromstring("<a b='1'/>").get("b"), regex.findall(r"\\p{L}+", "é b"), int(np.ones(3).sum())]`;
    const result = await sandbox.run({ code });
    expect([result.status, result.value?.text]).toEqual(['ok', "['1', ['é', 'b'], 3]"]);
    const session = { session: 'a' };
    expect((await sandbox.run({ code: USES_NUMPY, ...session })).status).toBe('ok');
    const more = await sandbox.run({ code: code.replace('import numpy as np\n', ''), ...session });
    expect([more.value?.text, more.packages]).toEqual(["['1', ['é', 'b'], 3]", ['lxml', 'regex']]);
    expect(await files()).toEqual(before);
  });

  it('that is being made holds nobody up, and is dropped when a guest comes in', async (context) => {
    const { open, files } = await stage(context);
    const sandbox = await open();
    const [one, other] = await Promise.all([
      sandbox.run({ code: USES_NUMPY }),
      sandbox.run({ code: '6 * 7', session: 'quick' }),
    ]);
    expect([one.value?.text, other.value?.text]).toEqual(['[10, 8.0]', '42']);
    expect(await files()).toEqual([]);
  });

  it('of no use is done without, and made anew', async (context) => {
    const { open, files } = await stage(context, 'image');
    const [image = ''] = await files();
    const bytes = await readFile(image);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(image, bytes);
    const result = await (await open()).run({ code: USES_NUMPY });
    expect([result.status, result.value?.text]).toEqual(['ok', '[10, 8.0]']);
    const [again = ''] = await files();
    expect(again).toBe(image);
    expect(await readFile(image)).not.toEqual(bytes);
  });

  it('is not used by code that may not have what is in it', async (context) => {
    const { open } = await stage(context, 'image');
    const result = await (await open(['six'])).run({ code: USES_NUMPY });
    expect(result).toMatchObject({ status: 'error', packages: [] });
    expect(result.error?.message).toContain('sandbox.packages.allow');
  });
});

describe('bytecode of packages', { timeout: LONG_MS }, () => {
  /** Whether Python takes the bytecode for that of the source, without looking at how long it takes. */
  const USES_BYTECODE = `
import numpy
from importlib import _bootstrap_external as files
from importlib.util import cache_from_source
source = numpy.__file__
try:
    with open(cache_from_source(source), "rb") as file:
        bytecode = file.read()
except FileNotFoundError:
    found = "none"
else:
    stats = numpy.__spec__.loader.path_stats(source)
    files._validate_timestamp_pyc(memoryview(bytecode), int(stats["mtime"]), stats["size"], "numpy", {})
    found = "valid"
[found, int(numpy.arange(5).sum())]`;

  it('is put into a session that has begun without packages', async (context) => {
    const { open, folder } = await stage(context);
    const sandbox = await open();
    expect((await sandbox.run({ code: '1', session: 'a' })).status).toBe('ok');
    // No image has been made yet.
    expect((await sandbox.run({ code: USES_BYTECODE, session: 'a' })).value?.text).toBe("['none', 10]");
    await sandbox.dispose();
    const another = await open();
    expect((await another.run({ code: USES_NUMPY })).status).toBe('ok');
    expect((await another.run({ code: '1', session: 'a' })).status).toBe('ok');
    const result = await another.run({ code: USES_BYTECODE, session: 'a' });
    expect([result.value?.text, result.packages]).toEqual(["['valid', 10]", ['numpy']]);

    // Damaged, it is done without.
    await another.dispose();
    const [archive = ''] = await readdir(path.join(folder, 'snapshots', 'bytecode'));
    const file = path.join(folder, 'snapshots', 'bytecode', archive);
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(file, bytes);
    const last = await open();
    expect((await last.run({ code: '1', session: 'a' })).status).toBe('ok');
    expect((await last.run({ code: USES_BYTECODE, session: 'a' })).value?.text).toBe("['none', 10]");
  });
});
