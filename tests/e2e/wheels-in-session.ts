/** Real packages in a session, out of the wheels for the tests: those of which the mirror has not the lock's own files. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect, type TestContext } from 'vitest';
import { FURTHER_WHEELS } from '../../scripts/provision/wheels-pin.ts';
import { testWheels } from '../support/test-wheels.ts';
import { ended, runCode, START_MS } from './console-page.ts';

/** Drops a file into the console, as a person does. */
const drop = async (page: Page, file: string): Promise<void> => {
  const name = path.basename(file);
  const transfer = await page.evaluateHandle(
    ([called, base64]) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], called));
      return dropped;
    },
    [name, readFileSync(file).toString('base64')] as const,
  );
  await page.dispatchEvent('.console', 'drop', { dataTransfer: transfer });
  await page
    .getByRole('complementary', { name: 'Files' })
    .getByText(name, { exact: true })
    .waitFor({ timeout: START_MS });
};

const UNPACK = `
import glob, sys, zipfile
for name in glob.glob("/workspace/*.whl"):
    wheel = zipfile.ZipFile(name)
    wheel.extractall("/tmp/site", [one for one in wheel.namelist() if not one.endswith(".js")])
sys.path.append("/tmp/site")`;

/** @param names of wheels, those of the lock by their files */
export const bringWheels = async (
  context: TestContext,
  page: Page,
  names: readonly string[],
): Promise<void> => {
  const folder = await testWheels(context);
  const files = names.map((name) => FURTHER_WHEELS.find((wheel) => wheel.name === name)?.fileName ?? name);
  for (const file of files) await drop(page, path.join(folder, file));
  const cell = await ended(await runCode(page, UNPACK));
  expect(await cell.getByRole('alert').count()).toBe(0);
  await page.getByRole('complementary', { name: 'Files' }).getByRole('button', { name: 'Close' }).click();
};
