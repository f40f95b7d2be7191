/** Work that takes a while, each piece under an id by which it can be cancelled. */
export class Tasks {
  readonly #tasks = new Map<string, AbortController>();
  readonly #onCount: (count: number) => void;

  /** @param onCount told how many there are, each time that changes */
  constructor(onCount: (count: number) => void = () => undefined) {
    this.#onCount = onCount;
  }

  has(taskId: string): boolean {
    return this.#tasks.has(taskId);
  }

  /** @param taskId not in use */
  async run<T>(taskId: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#tasks.set(taskId, controller);
    this.#onCount(this.#tasks.size);
    try {
      return await work(controller.signal);
    } finally {
      this.#tasks.delete(taskId);
      this.#onCount(this.#tasks.size);
    }
  }

  /** False when there is no such task. */
  cancel(taskId: string): boolean {
    const controller = this.#tasks.get(taskId);
    controller?.abort();
    return controller !== undefined;
  }

  cancelAll(): void {
    for (const controller of this.#tasks.values()) controller.abort();
  }
}
