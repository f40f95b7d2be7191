import { ref, shallowRef, type Ref } from 'vue';
import { useServices } from '../app/services.ts';
import { useTranslation } from '../app/translation.ts';
import type { Session } from './model/session.ts';
import type { DocumentActions } from './use-documents.ts';
import { useAttaching } from './files/use-attaching.ts';

/**
 * What comes of dropped files: all of them become files of the session, or documents among them are opened and the others
 * become files of the session, where it can have any.
 */
export type DropResult = 'attach' | 'open' | 'openOnly';

/** Elements onto which all files are dropped to be attached. */
const ATTACHES = '[data-drop="attach"]';

export interface Dropping {
  /** What would come of the files that are held over the console; null when there are none. */
  readonly wouldBe: Readonly<Ref<DropResult | null>>;
  readonly over: (event: DragEvent) => void;
  readonly leave: (event: DragEvent) => void;
  readonly drop: (event: DragEvent) => Promise<void>;
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;

const placeOf = ({ target }: DragEvent): Element | null =>
  target instanceof Element ? target.closest(ATTACHES) : null;

/** Files that are dropped onto the console. While they are held over it, the place they would go to is marked. */
export const useDropping = (session: () => Session | null, documents: DocumentActions): Dropping => {
  const { settings, toasts } = useServices();
  const { t } = useTranslation();
  const { attach } = useAttaching();
  const wouldBe = ref<DropResult | null>(null);
  const marked = shallowRef<Element | null>(null);

  const resultAt = (place: Element | null): DropResult => {
    if (!settings.traits.value.hasFiles) return 'openOnly';
    return place === null ? 'open' : 'attach';
  };
  const mark = (place: Element | null): void => {
    if (marked.value === place) return;
    marked.value?.removeAttribute('data-dropping');
    place?.setAttribute('data-dropping', '');
    marked.value = place;
  };
  const show = (result: DropResult | null, place: Element | null): void => {
    wouldBe.value = result;
    mark(result === 'attach' ? place : null);
  };

  return {
    wouldBe,
    over: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      const place = placeOf(event);
      show(resultAt(place), place);
    },
    leave: ({ currentTarget, relatedTarget }) => {
      const isInside =
        currentTarget instanceof Node &&
        relatedTarget instanceof Node &&
        currentTarget.contains(relatedTarget);
      if (!isInside) show(null, null);
    },
    drop: async (event) => {
      show(null, null);
      const of = session();
      if (of === null || event.dataTransfer === null || !hasFiles(event)) return;
      event.preventDefault();
      const result = resultAt(placeOf(event));
      const dropped = [...event.dataTransfer.files];
      const others = result === 'attach' ? dropped : await documents.openDropped(dropped);
      if (others.length === 0) return;
      if (result === 'openOnly') toasts.show(t('drop.notTaken'), 'danger');
      else await attach(of, others);
    },
  };
};
