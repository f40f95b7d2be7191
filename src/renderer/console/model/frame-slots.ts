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
  enter(place: FrameSlotClient): void {
    this.#inSight.add(place);
    if (this.#taken.has(place)) this.#take(place, true);
    else if (this.#hasRoomFor(place)) this.#take(place, false);
    else place.changed('crowded');
  }

  /** It is not known whether it is in sight: it is there where nobody else needs the room. */
  offer(place: FrameSlotClient): void {
    const left = this.#room - sizeOf(this.#taken) - place.size;
    if (left >= 0 && !this.#taken.has(place)) this.#take(place, false);
  }

  /** It went out of sight. It stays there until another one needs the place. */
  leave(place: FrameSlotClient): void {
    this.#inSight.delete(place);
    if (!this.#taken.has(place)) place.changed('away');
    this.#fill();
  }

  /** It needs no place any more, or what was there has ended. */
  drop(place: FrameSlotClient): void {
    this.#inSight.delete(place);
    this.#taken.delete(place);
    this.#fill();
  }

  /** A person wants this one, at the cost of those that were there for longest. */
  insist(place: FrameSlotClient): void {
    this.#inSight.add(place);
    const isThere = this.#taken.has(place);
    while (!isThere && !this.#hasRoomFor(place)) {
      const [oldest] = this.#taken;
      if (oldest === undefined) break;
      this.#taken.delete(oldest);
      oldest.changed('crowded');
    }
    this.#take(place, isThere);
    this.#fill();
  }

  #take(place: FrameSlotClient, isThere: boolean): void {
    this.#taken.delete(place);
    this.#taken.add(place);
    if (!isThere) place.changed('taken');
  }

  /** Makes room by what is out of sight, if need be and if that is enough. */
  #hasRoomFor({ size }: FrameSlotClient): boolean {
    const away = [...this.#taken].filter((place) => !this.#inSight.has(place));
    let left = this.#room - sizeOf(this.#taken) - size;
    if (left + sizeOf(away) < 0) return false;
    for (const place of away) {
      if (left >= 0) break;
      left += place.size;
      this.#taken.delete(place);
      place.changed('away');
    }
    return true;
  }

  /** Gives free places to those in sight that wait for one. */
  #fill(): void {
    for (const place of this.#inSight) {
      if (this.#taken.has(place)) continue;
      if (this.#hasRoomFor(place)) this.#take(place, false);
    }
  }
}

const sizeOf = (places: Iterable<FrameSlotClient>): number => {
  let sum = 0;
  for (const { size } of places) sum += size;
  return sum;
};
