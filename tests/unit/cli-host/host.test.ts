import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { serveHost } from '../../../src/main/cli-host/host.ts';
import { systemClock } from '../../../src/main/base/clock.ts';
import { Sandbox } from '../../../src/main/sandbox/sandbox.ts';
import { hostClientContract, hostContract, HOST_LIMITS } from '../../../src/shared/protocol/host-protocol.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort } from '../../../src/shared/rpc/port.ts';

const NOTHING = {
  output: false,
  displays: false,
  files: false,
  input: false,
  adviceWording: 'program',
} as const;
const LIMITS = { sandbox: { memoryMiB: 256, outputKiB: 64 }, events: false };

/** A host whose sandboxes can't be started: what is tested here is the host. */
function connect(disposeMs?: number) {
  const { port1, port2 } = new MessageChannel();
  const sandboxes: Sandbox[] = [];
  const served = serveHost({
    port: fromEmitterPort(port1),
    electron: '1.2.3',
    ...(disposeMs === undefined ? {} : { disposeMs }),
    examine: () => Promise.reject(new Error('no doctor here')),
    createSandbox: (limits) => {
      const sandbox = new Sandbox({
        launcher: { launch: () => Promise.reject(new Error('no process here')) },
        loadAssets: () => Promise.resolve([]),
        lockdown: async () => ({ enabled: false, dataLimitMiB: null, binding: null }),
        clock: systemClock,
        memoryMiB: limits.memoryMiB,
        outputKiB: limits.outputKiB,
        freeMemory: () => 0,
      });
      sandboxes.push(sandbox);
      return sandbox;
    },
  });
  const client = new RpcPeer({
    port: fromEmitterPort(port2),
    local: hostClientContract,
    remote: hostContract,
    handlers: {},
    limits: HOST_LIMITS,
  });
  clients.push(client);
  return { client, served, sandboxes };
}

const clients: RpcPeer<typeof hostClientContract, typeof hostContract>[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close('the test is over');
});

it('makes a sandbox once, with the limits it was given', async () => {
  const { client, sandboxes } = connect();
  await client.call('open', LIMITS);
  await expect(client.call('open', LIMITS)).rejects.toMatchObject({ code: 'failed' });
  expect(sandboxes).toHaveLength(1);
  expect(await client.call('status', {})).toEqual({
    state: { name: 'stopped' },
    pid: null,
    standby: { pid: null, ready: false },
    sessions: [],
    electron: '1.2.3',
  });
});

it('refuses to run before it is opened', async () => {
  const { client } = connect();
  await expect(
    client.call('run', { id: 0, request: { code: '1' }, runOptions: NOTHING }),
  ).rejects.toMatchObject({
    code: 'failed',
    message: 'the sandbox was not opened',
  });
});

it('answers a run with its result, also when the sandbox can not be started', async () => {
  const { client } = connect();
  await client.call('open', LIMITS);
  expect(await client.call('run', { id: 0, request: { code: '1' }, runOptions: NOTHING })).toMatchObject({
    status: 'setup-failed',
    error: { message: 'no process here' },
  });
});

it('ignores the cancelling of a run it does not know', async () => {
  const { client } = connect();
  await client.call('open', LIMITS);
  expect(await client.call('cancel', { id: 99 })).toEqual({});
});

it('disposes of the sandbox when its client is gone, and has ended only after that', async () => {
  const { client, served, sandboxes } = connect();
  await client.call('open', LIMITS);
  client.close('gone');
  await served;
  expect(await sandboxes[0]?.run({ code: '1' })).toMatchObject({
    error: { message: 'the sandbox was disposed of' },
  });
});

it('says whether the sandbox’s processes have ended in time', async () => {
  const sound = connect();
  await sound.client.call('open', LIMITS);
  sound.client.close('done');
  expect(await sound.served).toBe('ended');

  const hanging = connect(1);
  await hanging.client.call('open', LIMITS);
  const [sandbox] = hanging.sandboxes;
  if (sandbox !== undefined) sandbox.dispose = () => new Promise(() => undefined);
  hanging.client.close('done');
  expect(await hanging.served).toBe('hangs');
});

it('goes on without its client for snapshots that are due, if that lets it', async () => {
  for (const mayGoOn of [false, true]) {
    const { client, sandboxes, served } = connect();
    await client.call('open', LIMITS);
    const [sandbox] = sandboxes;
    if (sandbox === undefined) throw new Error('there is no sandbox');
    Object.defineProperty(sandbox, 'snapshotsDue', { value: true });
    const made: AbortSignal[] = [];
    sandbox.makeSnapshots = async (signal) => void made.push(signal);
    expect(await client.call('dispose', { mayGoOn })).toEqual({ goesOn: mayGoOn });
    expect(made).toEqual([]);
    client.close('done');
    expect(await served).toBe(mayGoOn ? 'outlived' : 'ended');
    expect(made.map(({ aborted }) => aborted)).toEqual(mayGoOn ? [false] : []);
  }
});

it('has nothing to go on for where no run wanted a snapshot', async () => {
  const { client, served } = connect();
  await client.call('open', LIMITS);
  expect(await client.call('dispose', { mayGoOn: true })).toEqual({ goesOn: false });
  client.close('done');
  expect(await served).toBe('ended');
});
