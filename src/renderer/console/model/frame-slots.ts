/**
 * Which of what guests show is there: frames, each of which is a process, the canvases of animations, and what takes many
 * elements. There are never more of them than there is room for.
 */

export type SlotState =
  /** It is there. */
  | 'taken'
  /** Not in sight, and it made room for others. */
  | 'away'
  /** In sight, but so are all the others. */
  | 'crowded';

/** What wants to be there. */
export interface FrameSlotClient {
  /** Room that it takes; no more than there is. */
  readonly size: number;
  /** Told when it changes; it begins with 'away'. */
  changed(state: SlotState): void;
}

export class FrameSlots {
  readonly #room: number;
  /** The one that came into sight last is at the end. */
  readonly #taken = new Set<FrameSlotClient>();
  readonly #inSight = new Set<FrameSlotClient>();

  /** @param room for the sizes of all that are there */
  constructor(room: number) {
    this.#room = room;
  }

  /** It came into sight. */
  enter(client: FrameSlotClient): void {
    this.#inSight.add(client);
    if (this.#taken.has(client)) this.#take(client, true);
    else if (this.#hasRoomFor(client)) this.#take(client, false);
    else client.changed('crowded');
  }

  /** It is not known whether it is in sight: it is there where nobody else needs the room. */
  offer(client: FrameSlotClient): void {
    const left = this.#room - sizeOf(this.#taken) - client.size;
    if (left >= 0 && !this.#taken.has(client)) this.#take(client, false);
  }

  /** It went out of sight. It stays there until another one needs the room. */
  leave(client: FrameSlotClient): void {
    this.#inSight.delete(client);
    if (!this.#taken.has(client)) client.changed('away');
    this.#fill();
  }

  /** It needs no room any more, or what was there has ended. */
  drop(client: FrameSlotClient): void {
    this.#inSight.delete(client);
    this.#taken.delete(client);
    this.#fill();
  }

  /** A person wants this one, at the cost of those that were there for longest. */
  insist(client: FrameSlotClient): void {
    this.#inSight.add(client);
    const isThere = this.#taken.has(client);
    while (!isThere && !this.#hasRoomFor(client)) {
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

  /** Makes room by what is out of sight, if need be and if that is enough. */
  #hasRoomFor({ size }: FrameSlotClient): boolean {
    const away = [...this.#taken].filter((client) => !this.#inSight.has(client));
    let left = this.#room - sizeOf(this.#taken) - size;
    if (left + sizeOf(away) < 0) return false;
    for (const client of away) {
      if (left >= 0) break;
      left += client.size;
      this.#taken.delete(client);
      client.changed('away');
    }
    return true;
  }

  /** Gives free room to those in sight that wait for it. */
  #fill(): void {
    for (const client of this.#inSight) {
      if (this.#taken.has(client)) continue;
      if (this.#hasRoomFor(client)) this.#take(client, false);
    }
  }
}

const sizeOf = (clients: Iterable<FrameSlotClient>): number => {
  let sum = 0;
  for (const { size } of clients) sum += size;
  return sum;
};
