import { onScopeDispose, watch } from 'vue';
import { printableLines } from '../../shared/printable.ts';
import { useServices } from '../app/services.ts';
import { useTranslation } from '../app/translation.ts';
import type { LostReason, Session } from './model/session.ts';
import { useSessionTitle } from './session-title.ts';

/** Of what a session printed at its end, in UTF-16 units; all of it is in the activity. */
const PRINTED_LENGTH = 300;

/** What has one cause is told at once, and the cause may come after the loss, in ms. */
const GATHERED_MS = 300;

/** Says which sessions have lost their variables, and why, and what closed ones printed at last, where that is not in view. */
export const useLossToasts = (): void => {
  const { console: store, view, toasts } = useServices();
  const { t } = useTranslation();
  const titleOf = useSessionTitle();
  let pending: readonly Session[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isInView = (session: Session): boolean =>
    view.value === 'console' && session.name === store.activeName.value;
  const goTo = (session: Session): void => {
    view.value = 'console';
    store.activeName.value = session.name;
    store.focusWish.value = { kind: 'tab' };
  };
  const showToasts = (): void => {
    const byReason = new Map<LostReason, Session[]>();
    for (const session of pending) {
      if (session.lost === null || isInView(session)) continue;
      byReason.set(session.lost.reason, [...(byReason.get(session.lost.reason) ?? []), session]);
    }
    pending = [];
    for (const [reason, sessions] of byReason) {
      const [first] = sessions;
      if (first === undefined) continue;
      toasts.show(`${sessions.map(titleOf).join(', ')}: ${t(`console.lost.${reason}`)}`, 'calm', {
        label: t('states.show'),
        run: () => goTo(first),
      });
    }
  };
  const lostOnes = (): Session[] => store.sessions.value.filter(({ lost }) => lost !== null);
  let known: ReadonlySet<Session> = new Set();
  watch([lostOnes, store.isRestored], ([lost], [, wasRestored]) => {
    const added = lost.filter((session) => !known.has(session));
    known = new Set(lost);
    // Of the last time's sessions everything is gone, which each of them says.
    if (added.length === 0 || !wasRestored) return;
    pending = [...pending, ...added];
    clearTimeout(timer);
    timer = setTimeout(showToasts, GATHERED_MS);
  });
  watch(store.ends.lastWords, (lastWords) => {
    if (lastWords === null) return;
    const text = lastWords.printed.trim();
    const cut = text.length > PRINTED_LENGTH ? `${text.slice(0, PRINTED_LENGTH)}…` : text;
    const printed = printableLines(cut);
    toasts.show(t('console.lost.lastWords', { name: titleOf(lastWords.session), printed }));
  });
  onScopeDispose(() => clearTimeout(timer));
};
