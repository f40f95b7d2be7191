/** The Python side of memory snapshots; tests/integration/snapshot.test.ts has the whole. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

const SOURCE = new URL('../../../src/utility/python/snapshot.py', import.meta.url);

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
  guest.files.writeFile('/tmp/snapshot.py', readFileSync(SOURCE));
  await guest.run('own = {}\nexec(open("/tmp/snapshot.py").read(), own)');
}, 60_000);

it.each([
  ['random', 'import random\nrandom.seed(1)', 'random.random()', 'random.seed(1)'],
  [
    'tempfile',
    'import tempfile\nnames = tempfile._get_candidate_names()\nstate = names.rng.getstate()',
    'next(tempfile._get_candidate_names())',
    'names.rng.setstate(state)',
  ],
  ['uuid', 'import uuid', 'uuid.getnode()', ''],
])(
  '%s repeats itself when its state is put back, but not after it was renewed',
  async (_name, prepare, take, back) => {
    const code = `${prepare}\nfirst = ${take}\n${back}\nsecond = ${take}\n${back}\nown["renew_randomness"]()\nfirst == second, first == ${take}`;
    expect(await guest.run(code)).toMatchObject({ error: null, value: { json: [true, false] } });
  },
);

it('imports no module to renew randomness', async () => {
  const code = `
import sys
hidden = {name: sys.modules.pop(name, None) for name in ("random", "tempfile", "uuid")}
own["renew_randomness"]()
found = [name for name in hidden if name in sys.modules]
sys.modules.update({name: module for name, module in hidden.items() if module})
found`;
  expect(await guest.run(code)).toMatchObject({ error: null, value: { json: [] } });
});
