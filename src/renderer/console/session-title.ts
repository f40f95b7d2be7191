import { useTranslation } from '../app/translation.ts';
import type { Session } from './model/session.ts';

/** What a session is called: by its person, as its file, or after its number. */
export const useSessionTitle = (): ((
  session: Pick<Session, 'number' | 'title'> & Partial<Pick<Session, 'document'>>,
) => string) => {
  const { t } = useTranslation();
  return ({ document = null, number, title }) => {
    if (title !== null) return title;
    if (document?.id === null && document.name === '') return t('documents.untitled', { number });
    return document?.name ?? t('console.session', { number });
  };
};
