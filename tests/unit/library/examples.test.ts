import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const EXAMPLES = path.join(import.meta.dirname, '..', '..', '..', 'examples');
const APPS = readdirSync(EXAMPLES).filter((name) => name.startsWith('embed-'));

it.each(APPS)(
  '%s fetches no package: Vivarium is not published, and somebody else may own its name',
  (app) => {
    const manifest: unknown = JSON.parse(readFileSync(path.join(EXAMPLES, app, 'package.json'), 'utf8'));
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']) {
      expect(manifest).not.toHaveProperty(kind);
    }
  },
);

it('the list of examples is complete', () => {
  const list = readFileSync(path.join(EXAMPLES, 'README.md'), 'utf8');
  expect(APPS.length).toBeGreaterThan(0);
  for (const app of APPS) expect(list).toContain(`node_modules/vivarium/examples/${app}`);
});
