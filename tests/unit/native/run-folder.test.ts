import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { RunFolder } from '../../../src/main/native/run-folder.ts';
import { becomeOrdinary } from '../../support/privileges.ts';

describe('the folder of a run', () => {
  it('holds the code and the files; nobody else may look', async () => {
    const bytes = new TextEncoder().encode('x');
    const folder = await RunFolder.create();
    await folder.prepare('print("é")', [{ name: 'a/b.txt', bytes }]);
    expect(await readFile(path.join(folder.path, 'script.py'), 'utf8')).toBe('print("é")');
    expect(await readFile(path.join(folder.workspace, 'a', 'b.txt'), 'utf8')).toBe('x');
    if (process.platform !== 'win32') expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
    expect(await folder.hasBegun()).toBe(false);
    await writeFile(path.join(folder.path, 'faults.txt'), '');
    expect(await folder.hasBegun()).toBe(true);
    await folder.remove();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
  });

  it('is removed also when the script has taken away all permissions', async (context) => {
    becomeOrdinary(context);
    const folder = await RunFolder.create();
    const locked = path.join(folder.workspace, 'locked');
    await mkdir(path.join(locked, 'deeper'), { recursive: true });
    await writeFile(path.join(locked, 'deeper', 'file'), '');
    await chmod(path.join(locked, 'deeper'), 0);
    await chmod(locked, 0);
    await folder.remove();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
  });

  it('accepts a report only as a regular file within the size limit', async () => {
    const folder = await RunFolder.create();
    const report = path.join(folder.path, 'outcome.json');
    expect(await folder.outcome(10)).toBeNull();
    await writeFile(report, '0123456789');
    expect(String(await folder.outcome(10))).toBe('0123456789');
    expect(await folder.outcome(9)).toBeNull();
    await folder.remove();
  });
});
