/** What commands of the menu do to the page. */
import { nextTick, ref } from 'vue';
import { expect, it } from 'vitest';
import { runCommand, type CommandActions } from '../../../src/renderer/app/commands.ts';
import type { Services } from '../../../src/renderer/app/services.ts';
import { openedConsole } from './support.ts';

it('what makes sessions is obeyed once those of the last time are known, and after them', async () => {
  const { store } = openedConsole(undefined, null);
  const made: string[] = [];
  const actions = { documents: { create: () => made.push('document') } } as unknown as CommandActions;
  const services = { console: store, view: ref('console') } as unknown as Services;
  runCommand(services, actions, 'new-session');
  runCommand(services, actions, 'new-document');
  await nextTick();
  expect([store.sessions.value.length, made]).toEqual([0, []]);
  store.restore({ active: '', made: 0, removals: [], sessions: [] });
  await nextTick();
  expect(store.sessions.value.map(({ number }) => number)).toEqual([1, 2]);
  expect(made).toEqual(['document']);
});

it('a session that is not in view is not closed: who is elsewhere goes to the console', () => {
  const { store } = openedConsole();
  const closed: unknown[] = [];
  const actions = { removing: { closeSession: (session: unknown) => closed.push(session) } };
  const services = { console: store, view: ref('activity') };
  const close = (): void =>
    runCommand(services as unknown as Services, actions as unknown as CommandActions, 'close-session');
  close();
  expect([services.view.value, closed]).toEqual(['console', []]);
  close();
  expect(closed).toEqual([store.active.value]);
});
