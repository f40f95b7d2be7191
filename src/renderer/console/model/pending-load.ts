/** Whether something that was sent for has come, for those who wait for it. */
export class PendingLoad {
  readonly isLoaded: Promise<boolean>;
  #settle: (isLoaded: boolean) => void = () => undefined;

  constructor() {
    this.isLoaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Of what nobody has sent for. */
  static none(): PendingLoad {
    const pendingLoad = new PendingLoad();
    pendingLoad.settle(false);
    return pendingLoad;
  }

  /** The first time counts. @param isLoaded false when it will not come any more */
  settle(isLoaded: boolean): void {
    this.#settle(isLoaded);
  }
}
