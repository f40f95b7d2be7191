/** Many sessions with pandas side by side in the window, and a memory bomb in one of them. */
import { freemem } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { notRunHere } from '../support/not-run.ts';
import { testWheels } from '../support/test-wheels.ts';
import { ENABLED, ended, openApp, runCode, type OpenedApp } from './console-page.ts';

const COUNT = 12;
const LONG_MS = 900_000;
/** Twelve sessions take about 4 GiB, a bomb at its cap 2 GiB, and 1 GiB is left to others. */
const NEEDED_BYTES = 7 * 2 ** 30;

let app: OpenedApp | undefined;

afterEach(async () => {
  await app?.close();
});

it(
  'twelve sessions with pandas are there, each with its memory; a bomb in one of them leaves eleven alive',
  { timeout: LONG_MS },
  async (context) => {
    if (freemem() < NEEDED_BYTES) notRunHere(context, 'little-memory');
    const mirror = await testWheels(context);
    app = await openApp({ ...ENABLED, sandbox: { timeoutSeconds: 300, packages: { mirror } } });
    const { page } = app;
    for (let number = 1; number <= COUNT; number += 1) {
      if (number > 1) await page.getByRole('button', { name: 'New session' }).click();
      const code = `import pandas as pd\nframe = pd.DataFrame({"n": range(${number})})\nlen(frame)`;
      const cell = await ended(await runCode(page, code));
      expect(await cell.locator('.value').innerText()).toContain(String(number));
    }
    const memory = await page.evaluate(() => globalThis.api.sandbox.memory());
    if (!memory.ok) throw new Error(memory.error.message);
    expect(memory.value).toHaveLength(COUNT);
    for (const { usedMiB } of memory.value) {
      // A session with pandas in it.
      expect(usedMiB).toBeGreaterThan(60);
      expect(usedMiB).toBeLessThan(600);
    }
    const before = await page.evaluate(() => globalThis.api.sandbox.status());
    const bomb = await ended(
      await runCode(page, 'parts = []\nwhile True: parts.append(bytearray(16_000_000))'),
    );
    await bomb
      .getByText(/MemoryError|Out of memory/u)
      .first()
      .waitFor();
    const others = memory.value.slice(0, COUNT - 1).map(({ session }) => session);
    const results = await page.evaluate(async (sessions) => {
      const codes = sessions.map((session) =>
        globalThis.api.sandbox.run(
          { code: 'int(frame.n.max()) + 1', session },
          { runId: `again-${session}` },
        ),
      );
      return await Promise.all(codes);
    }, others);
    for (const [index, answer] of results.entries()) {
      expect(answer).toMatchObject({
        value: { status: 'ok', value: { text: String(index + 1) }, session: { state: 'kept' } },
      });
    }
    const after = await page.evaluate(() => globalThis.api.sandbox.status());
    expect(after.ok && before.ok && after.value.pid === before.value.pid).toBe(true);
    expect(app.errors).toEqual([]);
  },
);
