/** Where package snapshots are made, dropped, refused or unusable; and bytecode, which is kept along with them. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';
import { eventually } from '../support/eventually.ts';
import { LONG_MS, makeDue, stage, USES_NUMPY } from '../support/package-snapshot-stage.ts';

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

  it('is made without a process on standby once nothing runs, and a run meanwhile does not wait', async (context) => {
    const { open, files } = await stage(context);
    const events: SandboxEvent[] = [];
    const sandbox = await open([], { onEvent: (event) => events.push(event) });
    expect((await sandbox.run({ code: USES_NUMPY, session: 'a' })).value?.text).toBe('[10, 8.0]');
    await eventually(() => expect(sandbox.standby.pid).not.toBeNull());
    const quick = await sandbox.run({ code: '6 * 7', session: 'quick' });
    expect([quick.value?.text, await files()]).toEqual(['42', []]);
    await eventually(async () => expect(await files()).toHaveLength(1), { withinMs: LONG_MS / 2 });
    const ended = { role: 'standby', cause: 'stopped' };
    await eventually(() => expect(events.find(({ type }) => type === 'process-ended')).toMatchObject(ended));
    expect(sandbox.standby.pid).toBeNull();
    const loaded = 'import sys\nbefore = "numpy" in sys.modules\nimport numpy\nbefore';
    expect((await sandbox.run({ code: loaded, session: 'b' })).value?.text).toBe('True');
    expect((await sandbox.run({ code: '1', session: 'a' })).session.state).toBe('kept');
  });

  it('whose maker is killed at any moment leaves nothing that is believed, and is made by the next', async (context) => {
    const { open, files, folder } = await stage(context);
    const below = (name: string): Promise<string[]> =>
      readdir(path.join(folder, 'snapshots', name)).catch(() => []);
    const moments = [
      async () => true,
      async () => (await below('packages')).includes('making'),
      // What it has made is being stored.
      async () => (await below('bytecode')).length > 0,
    ];
    for (const hasCome of moments) {
      const sandbox = await open();
      expect((await sandbox.run({ code: USES_NUMPY })).status).toBe('ok');
      const making = sandbox.makeSnapshots(new AbortController().signal);
      await eventually(() => expect(sandbox.standby.pid).not.toBeNull());
      const { pid } = sandbox.standby;
      await eventually(async () => expect(await hasCome()).toBe(true), { withinMs: LONG_MS / 2 });
      if (pid !== null && sandbox.standby.pid === pid) process.kill(pid, 'SIGKILL');
      await making;
      await sandbox.dispose();
      // Either it was done already, or there is nothing.
      for (const file of await files()) await rm(file);
    }
    expect((await below('packages')).filter((name) => name !== 'content')).toEqual([]);
    const sandbox = await open();
    expect((await sandbox.run({ code: USES_NUMPY })).value?.text).toBe('[10, 8.0]');
    await makeDue(sandbox);
    expect(await files()).toHaveLength(1);
    const loaded = 'import sys\nbefore = "numpy" in sys.modules\nimport numpy\nbefore';
    expect((await sandbox.run({ code: loaded })).value?.text).toBe('True');
  });

  it('that is unusable is discarded and rebuilt', async (context) => {
    const { open, files } = await stage(context, 'image');
    const [image = ''] = await files();
    const bytes = await readFile(image);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(image, bytes);
    const sandbox = await open();
    const result = await sandbox.run({ code: USES_NUMPY });
    expect([result.status, result.value?.text]).toEqual(['ok', '[10, 8.0]']);
    await makeDue(sandbox);
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
    await makeDue(another);
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
