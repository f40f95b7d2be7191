import type { Extension } from '@codemirror/state';
import { drawSelection, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/** Half a blink, in ms. */
const BLINK_MS = 600;
/** Without a key or a click the caret stays in sight from then on, in ms: each blink has the window drawn. */
const BLINKS_FOR_MS = 10_000;
const HIDDEN = 'cm-caretHidden';

/** The editor's own blinking is an animation, which has the window drawn at every frame for as long as it has the focus. */
class Blinking {
  readonly #view: EditorView;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #until = 0;

  constructor(view: EditorView) {
    this.#view = view;
    this.#restart();
  }

  update({ docChanged, focusChanged, selectionSet }: ViewUpdate): void {
    if (docChanged || focusChanged || selectionSet) this.#restart();
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #restart(): void {
    this.#until = performance.now() + BLINKS_FOR_MS;
    this.#show(true);
  }

  #show(isShown: boolean): void {
    clearTimeout(this.#timer);
    this.#view.scrollDOM.classList.toggle(HIDDEN, !isShown);
    const isStill = isShown && performance.now() >= this.#until;
    if (isStill || !this.#view.hasFocus || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#timer = setTimeout(() => this.#show(!isShown), BLINK_MS);
  }
}

/** Caret and selection in the window's colours. */
export const caret: Extension = [
  drawSelection(),
  ViewPlugin.fromClass(Blinking),
  EditorView.theme({
    '.cm-cursorLayer': { animation: 'none !important' },
    // The engine's own, which is not seen: it blinks all the same, where it is not told to rest.
    '.cm-content': { caretAnimation: 'manual' },
    [`.cm-scroller.${HIDDEN} > .cm-cursorLayer`]: { visibility: 'hidden' },
  }),
];
