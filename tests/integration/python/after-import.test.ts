/** Modules that are adapted once they have been imported: after_import.py, in a real Pyodide. */
import { beforeAll, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

it.each(['pandas', 'matplotlib', 'webbrowser'])(
  'a file of the guest’s own may have the name of an adapted module: %s',
  async (name) => {
    const { error, value } = await guest.run(
      `open("${name}.py", "w").write("own = 6")\nimport ${name}\n${name}.own * 7`,
    );
    expect([error, value?.json]).toEqual([null, 42]);
    expect(
      (await guest.run(`import os, sys\nos.remove("${name}.py")\ndel sys.modules["${name}"]`)).error,
    ).toBeNull();
  },
);

it('modules are adapted in the last of many sessions of one interpreter', async () => {
  const sessions = Array.from({ length: 40 }, () => guest.newSession());
  const last = sessions.at(-1);
  const code = `
open("pandas.py", "w").write("set = []\\ndef set_option(*option): set.append(option)")
import pandas
pandas.set`;
  const { error, value } = (await last?.run(code)) ?? {};
  expect(error).toBeNull();
  expect(value?.json).toEqual([
    ['display.max_columns', 60],
    ['display.width', null],
  ]);
});
