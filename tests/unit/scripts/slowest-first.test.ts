import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../../scripts/shared/project.ts';
import { SLOWEST } from '../../../scripts/test/slowest-first.ts';

test('each file that is to run first exists, and is listed once', () => {
  expect(SLOWEST.filter((file) => !existsSync(path.join(projectRoot, file)))).toEqual([]);
  expect(new Set(SLOWEST).size).toBe(SLOWEST.length);
});
