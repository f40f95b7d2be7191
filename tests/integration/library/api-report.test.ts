/** What the package exports is what docs/api says: a change of it is seen in review. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { API_ENTRIES, differsFromReport } from '../../../scripts/build/api-reports.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';

const HOW =
  'what the package exports has changed: run `npm run api-reports`, and look at what it changes in docs/api';

it.each(API_ENTRIES)('vivarium/%s', (entry) => {
  mkdirSync(path.join(PROJECT_ROOT, 'out/api'), { recursive: true });
  expect(differsFromReport(PROJECT_ROOT, entry, { write: false }), HOW).toBe(false);
});
