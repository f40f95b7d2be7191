/** Whether something that was sent for has come, for those who wait for it. */
export class Arrival {
  readonly hasCome: Promise<boolean>;
  #settle: (hasCome: boolean) => void = () => undefined;

  constructor() {
    this.hasCome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Of what nobody has sent for. */
  static none(): Arrival {
    const arrival = new Arrival();
    arrival.settle(false);
    return arrival;
  }

  /** The first time counts. @param hasCome false when it will not come any more */
  settle(hasCome: boolean): void {
    this.#settle(hasCome);
  }
}
