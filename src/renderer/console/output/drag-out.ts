import type { Answer } from '../../../shared/ipc/answer.ts';
import { useServices } from '../../app/services.ts';
import { useTranslation } from '../../app/translation.ts';

/** Whether the button that began a drag is still held. */
interface Hold {
  readonly isHeld: boolean;
}

/** From the beginning of a drag until the next press of a button. */
const holding = (): Hold => {
  let isHeld = true;
  const over = new AbortController();
  const release = (): void => {
    isHeld = false;
  };
  const during = { capture: true, signal: over.signal };
  window.addEventListener('pointerup', release, during);
  window.addEventListener('pointercancel', release, during);
  // It was let go early, where it began: nobody wanted to press that. Of a key, `detail` is 0.
  window.addEventListener(
    'click',
    (event) => {
      if (event.detail > 0) event.stopPropagation();
    },
    during,
  );
  window.addEventListener('pointerdown', () => over.abort(), during);
  return {
    get isHeld() {
      return isHeld;
    },
  };
};

export type DragOut = (
  event: DragEvent,
  name: string,
  prepare: () => Promise<Answer<string>>,
) => Promise<void>;

/** Begins to drag a file out of the window, by its copy on the disk. @returns to be called at `dragstart` */
export const useDragOut = (): DragOut => {
  const { api, toasts } = useServices();
  const { t } = useTranslation();
  return async (event, name, prepare) => {
    // The page's own element is not what is dragged.
    event.preventDefault();
    event.stopPropagation();
    const hold = holding();
    const prepared = await prepare();
    if (prepared.ok && !hold.isHeld) {
      toasts.show(t('drag.letGo', { name }));
      return;
    }
    const begun = prepared.ok ? await api.drag.begin(prepared.value) : prepared;
    if (!begun.ok) toasts.show(t('drag.failed', { name, reason: begun.error.message }), 'danger');
  };
};
