import type { WebContents } from 'electron';
import type { Caller } from '../../ipc/route.ts';

interface Page {
  readonly caller: Caller;
  readonly closed: AbortController;
}

/** The documents that have asked something, and may be told something. Whether they may ask is checked before. */
export class AskingPages {
  readonly #pages = new Map<WebContents, Page>();

  /** The same object for the same document. */
  callerOf(contents: WebContents): Caller {
    const known = this.#pages.get(contents);
    if (known !== undefined) return known.caller;
    const closed = new AbortController();
    const send = (channel: string, payload: unknown): void => {
      if (!closed.signal.aborted && !contents.isDestroyed()) contents.send(channel, payload);
    };
    const page: Page = { caller: { closed: closed.signal, send }, closed };
    this.#pages.set(contents, page);
    const over = (): void => {
      contents.off('did-navigate', over);
      contents.off('render-process-gone', over);
      contents.off('destroyed', over);
      this.#pages.delete(contents);
      closed.abort();
    };
    // Another document is there from now on, and none of its own scripts has run.
    contents.on('did-navigate', over);
    contents.on('render-process-gone', over);
    contents.on('destroyed', over);
    return page.caller;
  }

  /** Undefined when the document is gone. */
  contentsOf(caller: Caller): WebContents | undefined {
    return [...this.#pages].find(([, page]) => page.caller === caller)?.[0];
  }

  broadcast(channel: string, payload: unknown): void {
    for (const { caller } of this.#pages.values()) caller.send(channel, payload);
  }

  /** Nobody is told anything any more. */
  close(): void {
    for (const { closed } of this.#pages.values()) closed.abort();
  }
}
