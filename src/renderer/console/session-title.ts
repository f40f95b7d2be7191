import { useTranslation } from '../app/translation.ts';
import type { Session } from './model/session.ts';

/** What a session is called: by its person, or after its number. */
export const useSessionTitle = (): ((session: Pick<Session, 'number' | 'title'>) => string) => {
  const { t } = useTranslation();
  return ({ number, title }) => title ?? t('console.session', { number });
};
