import { onBeforeUnmount, onMounted } from 'vue';

/**
 * The keyboard never falls to nowhere. What has it may be taken away, hidden or switched off: a field when its run ends,
 * a button when it was pressed. Then what it stood in has the keyboard, or, if nothing of that can have it, what
 * `elsewhere` gives it to. Who clicks where nothing is wants it nowhere.
 */
export const useKeptFocus = (elsewhere: () => void): void => {
  /** What had the keyboard last and what that stands in, from the inside out. Empty: nobody has it. */
  let path: readonly HTMLElement[] = [];
  const remember = (element: HTMLElement): void => {
    if (element === path[0]) return;
    const around: HTMLElement[] = [];
    for (let one: HTMLElement | null = element; one !== null; one = one.parentElement) around.push(one);
    path = around;
  };

  const keep = (): void => {
    const holder = holderNow();
    if (holder !== null && canHaveIt(holder)) remember(holder);
    else if (path.length > 0 && !path.some(takesIt)) elsewhere();
  };
  /** Without a look at styles, and false for what changes elsewhere: the window must not be woken for each tick of a clock. */
  const mayBeLost = (changes: readonly MutationRecord[]): boolean => {
    if (path.length === 0) return false;
    const holder = holderNow();
    if (holder === null || holder.matches(':disabled')) return true;
    return changes.some(({ target, type }) => type === 'attributes' && target.contains(holder));
  };
  let isDue = false;
  /** Once in a frame: whoever takes something away may give the keyboard to something else before. */
  const keepSoon = (changes: readonly MutationRecord[]): void => {
    if (isDue || !mayBeLost(changes)) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      keep();
    });
  };

  const changes = new MutationObserver(keepSoon);
  const focused = ({ target }: FocusEvent): void => {
    if (target instanceof HTMLElement) remember(target);
  };
  const pointed = ({ target }: PointerEvent): void => {
    // What has the keyboard keeps it, and no event says so.
    const holder = holderNow();
    if (holder !== null && target instanceof Node && holder.contains(target)) remember(holder);
    else path = [];
  };
  onMounted(() => {
    changes.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['disabled', 'hidden', 'style'],
    });
    document.addEventListener('focusin', focused);
    document.addEventListener('pointerdown', pointed, { capture: true });
  });
  onBeforeUnmount(() => {
    changes.disconnect();
    document.removeEventListener('focusin', focused);
    document.removeEventListener('pointerdown', pointed, { capture: true });
  });
};

/** Null: it is nowhere. */
const holderNow = (): HTMLElement | null => {
  const { activeElement, body } = document;
  return activeElement instanceof HTMLElement && activeElement !== body ? activeElement : null;
};

const canHaveIt = (element: HTMLElement): boolean =>
  element.isConnected && !element.matches(':disabled') && element.checkVisibility();

const takesIt = (element: HTMLElement): boolean => {
  if (!canHaveIt(element) || element === document.body) return false;
  element.focus({ preventScroll: true });
  return document.activeElement === element;
};
