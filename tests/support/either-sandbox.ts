/**
 * A sandbox for tests that hold for every launcher. In the project `integration` it is Electron's; in the
 * project `engine`, which `npm run test:engines` runs under each Node, the Node that runs the test is its main.
 */
import process from 'node:process';
import { ElectronSandbox } from './electron-sandbox.ts';
import { NodeMainSandbox } from './node-main-sandbox.ts';
import { useOpened, type Limits, type TestSandbox } from './test-sandbox.ts';

export const isElectronsTurn = process.env['VIVARIUM_TEST_MAIN'] !== 'node';

export const openSandbox = async (limits: Limits = {}): Promise<TestSandbox> =>
  isElectronsTurn ? ElectronSandbox.open(limits) : NodeMainSandbox.open(limits);

/** One sandbox for all tests of a file or a suite. */
export const useSandbox = (limits: Limits = {}): (() => TestSandbox) => useOpened(() => openSandbox(limits));
