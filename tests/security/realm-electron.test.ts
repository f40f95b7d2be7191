/** The escapes of realm.test.ts once more, in the real thing: its V8 and its Node are others. */
import { describe, expect, it } from 'vitest';
import { useElectronSandbox } from '../support/electron-sandbox.ts';
import { ESCAPES } from './realm-escapes.ts';

describe('from Python, in Electron', () => {
  const sandbox = useElectronSandbox();

  it.each(ESCAPES)('$name', async ({ code, prints }) => {
    const result = await sandbox().run(code);
    expect(result.error).toBeNull();
    // Pyodide may have said something of its own before.
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe(prints);
  });

  it('the sandbox is in order afterwards', async () => {
    await sandbox().expectAlive();
  });
});
