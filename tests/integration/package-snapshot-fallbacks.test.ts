/** Where package snapshots are made, dropped, refused or unusable; and bytecode, which is kept along with them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LONG_MS, stage, USES_NUMPY } from '../support/package-snapshot-stage.ts';

describe('a package snapshot', { timeout: LONG_MS }, () => {
  it('is made in the background where a process is on standby, and no run waits for it', async (context) => {
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

  it('that is being made delays no run, and is given up when a guest comes in', async (context) => {
    const { open, files } = await stage(context);
    const sandbox = await open();
    const [one, other] = await Promise.all([
      sandbox.run({ code: USES_NUMPY }),
      sandbox.run({ code: '6 * 7', session: 'quick' }),
    ]);
    expect([one.value?.text, other.value?.text]).toEqual(['[10, 8.0]', '42']);
    expect(await files()).toEqual([]);
  });

  it('that is unusable is discarded and rebuilt', async (context) => {
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

  it('is not used by code that its packages are not allowed for', async (context) => {
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
