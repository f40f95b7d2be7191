/**
 * What takes slots, of what guests show: frames, each of which is a process, the canvases of animations, and what has many
 * elements. Nothing is there without its slots, of which there is a fixed number.
 */

export type SlotState =
  /** It has its slots, and is there. */
  | 'taken'
  /** Not in sight, and others have its slots. */
  | 'away'
  /** In sight, but so are all that have slots. */
  | 'crowded';

/** What waits for slots. */
export interface FrameSlotClient {
  /** Slots that it takes; no more than there are. */
  readonly size: number;
  /** Told when it changes; it begins with 'away'. */
  changed(state: SlotState): void;
}

export class FrameSlots {
  readonly #count: number;
  /** The one that came into sight last is at the end. */
  readonly #taken = new Set<FrameSlotClient>();
  readonly #inSight = new Set<FrameSlotClient>();

  /** @param count of slots */
  constructor(count: number) {
    this.#count = count;
  }

  /** It came into sight. */
  enter(client: FrameSlotClient): void {
    this.#inSight.add(client);
    if (this.#taken.has(client)) this.#take(client, true);
    else if (this.#hasSlotsFor(client)) this.#take(client, false);
    else client.changed('crowded');
  }

  /** It is not known whether it is in sight: it takes slots that nobody has. */
  offer(client: FrameSlotClient): void {
    const left = this.#count - sizeOf(this.#taken) - client.size;
    if (left >= 0 && !this.#taken.has(client)) this.#take(client, false);
  }

  /** It went out of sight. It keeps its slots until another one needs them. */
  leave(client: FrameSlotClient): void {
    this.#inSight.delete(client);
    if (!this.#taken.has(client)) client.changed('away');
    this.#fill();
  }

  /** It needs no slots any more, or what was there has ended. */
  drop(client: FrameSlotClient): void {
    this.#inSight.delete(client);
    this.#taken.delete(client);
    this.#fill();
  }

  /** A person wants this one, at the cost of those that were there for longest. */
  insist(client: FrameSlotClient): void {
    this.#inSight.add(client);
    const isThere = this.#taken.has(client);
    while (!isThere && !this.#hasSlotsFor(client)) {
      const [oldest] = this.#taken;
      if (oldest === undefined) break;
      this.#taken.delete(oldest);
      oldest.changed('crowded');
    }
    this.#take(client, isThere);
    this.#fill();
  }

  #take(client: FrameSlotClient, isThere: boolean): void {
    this.#taken.delete(client);
    this.#taken.add(client);
    if (!isThere) client.changed('taken');
  }

  /** Frees slots of what is out of sight, if need be and if that is enough. */
  #hasSlotsFor({ size }: FrameSlotClient): boolean {
    const away = [...this.#taken].filter((client) => !this.#inSight.has(client));
    let left = this.#count - sizeOf(this.#taken) - size;
    if (left + sizeOf(away) < 0) return false;
    for (const client of away) {
      if (left >= 0) break;
      left += client.size;
      this.#taken.delete(client);
      client.changed('away');
    }
    return true;
  }

  /** Gives free slots to those in sight that wait for them. */
  #fill(): void {
    for (const client of this.#inSight) {
      if (this.#taken.has(client)) continue;
      if (this.#hasSlotsFor(client)) this.#take(client, false);
    }
  }
}

const sizeOf = (clients: Iterable<FrameSlotClient>): number => {
  let sum = 0;
  for (const { size } of clients) sum += size;
  return sum;
};
