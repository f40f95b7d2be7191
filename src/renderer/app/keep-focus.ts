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
    const active = document.activeElement;
    if (active instanceof HTMLElement && active !== document.body && canHaveIt(active)) remember(active);
    else if (path.length > 0 && !path.some(takesIt)) elsewhere();
  };
  let isDue = false;
  /** Once in a frame: whoever takes something away may give the keyboard to something else before. */
  const keepSoon = (): void => {
    if (isDue) return;
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
  const pointed = (): void => {
    path = [];
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

const canHaveIt = (element: HTMLElement): boolean =>
  element.isConnected && !element.matches(':disabled') && element.checkVisibility();

const takesIt = (element: HTMLElement): boolean => {
  if (!canHaveIt(element) || element === document.body) return false;
  element.focus({ preventScroll: true });
  return document.activeElement === element;
};
