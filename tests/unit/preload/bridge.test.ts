/** The page's side: answers come after the events that main told before them, whichever arrives first. */
import { expect, it } from 'vitest';
import { Bridge } from '../../../src/preload/bridge.ts';

type Listener = (event: unknown, ...given: unknown[]) => void;

const setUp = (answer: () => Promise<unknown>) => {
  const listeners = new Map<string, Listener>();
  const ipc = {
    invoke: () => answer(),
    on: (channel: string, listener: Listener) => void listeners.set(channel, listener),
  };
  const bridge = new Bridge(ipc as never);
  const order: string[] = [];
  const subscribe = bridge.subscriber('events');
  const unsubscribe = subscribe((event: string) => {
    order.push(event);
  });
  const tell = (number: number, event: string): void => listeners.get('events')?.({}, number, event);
  const ask = (): Promise<unknown> =>
    bridge
      .asker('calls', (code) => code)()
      .then((value) => {
        order.push(`answer ${String(value)}`);
        return value;
      });
  return { ask, order, tell, unsubscribe };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('an answer waits for the events that were told before it', async () => {
  const { ask, order, tell } = setUp(() => Promise.resolve([2, 'a']));
  const asked = ask();
  await turn();
  tell(1, 'one');
  await turn();
  expect(order).toEqual(['one']);
  tell(2, 'two');
  await asked;
  expect(order).toEqual(['one', 'two', 'answer a']);
});

it('an answer does not wait for events that have arrived, nor where there were none', async () => {
  const { ask, order, tell } = setUp(() => Promise.resolve([order.length === 0 ? 0 : 5, 'a']));
  await ask();
  tell(5, 'five');
  await ask();
  expect(order).toEqual(['answer a', 'five', 'answer a']);
});

it('a message that can’t be sent, or a main process that is gone, gives an error as an answer', async () => {
  const clone = setUp(() => Promise.reject(new Error('An object could not be cloned.')));
  expect(await clone.ask()).toBe('invalid-argument');
  const gone = setUp(() => Promise.reject(new Error('reply was never sent')));
  expect(await gone.ask()).toBe('internal');
});

it('a listener that was removed is not called', () => {
  const { order, tell, unsubscribe } = setUp(() => Promise.resolve([0, 'a']));
  unsubscribe();
  tell(1, 'one');
  expect(order).toEqual([]);
});
