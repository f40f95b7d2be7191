/** Which of the guests' frames are there: each one is a process, so there are never more than some. */

export type PlaceState =
  /** Its frame is there. */
  | 'taken'
  /** Not in sight, and its frame made room for others. */
  | 'away'
  /** In sight, but so are all the others. */
  | 'crowded';

/** What wants a frame. */
export interface FramePlace {
  /** Told when it changes; it begins with 'away'. */
  changed(state: PlaceState): void;
}

/** Frames at once. */
const MAX_FRAMES = 12;

export class FramePlaces {
  readonly #most: number;
  /** The one that came into sight last is at the end. */
  readonly #taken = new Set<FramePlace>();
  readonly #inSight = new Set<FramePlace>();

  constructor(most = MAX_FRAMES) {
    this.#most = most;
  }

  /** It came into sight. */
  enter(place: FramePlace): void {
    this.#inSight.add(place);
    if (this.#taken.has(place)) this.#take(place, true);
    else if (this.#hasRoom()) this.#take(place, false);
    else place.changed('crowded');
  }

  /** It went out of sight. It keeps its frame until another one needs the place. */
  leave(place: FramePlace): void {
    this.#inSight.delete(place);
    if (!this.#taken.has(place)) place.changed('away');
    this.#fill();
  }

  /** It needs no frame any more, or its frame has ended. */
  drop(place: FramePlace): void {
    this.#inSight.delete(place);
    this.#taken.delete(place);
    this.#fill();
  }

  /** A person wants this one, at the cost of the one that was there for longest. */
  insist(place: FramePlace): void {
    this.#inSight.add(place);
    if (!this.#hasRoom()) {
      const [oldest] = this.#taken;
      if (oldest !== undefined) {
        this.#taken.delete(oldest);
        oldest.changed('crowded');
      }
    }
    this.#take(place, this.#taken.has(place));
  }

  #take(place: FramePlace, isThere: boolean): void {
    this.#taken.delete(place);
    this.#taken.add(place);
    if (!isThere) place.changed('taken');
  }

  /** Makes room by what is out of sight, if need be. */
  #hasRoom(): boolean {
    if (this.#taken.size < this.#most) return true;
    const away = [...this.#taken].find((place) => !this.#inSight.has(place));
    if (away === undefined) return false;
    this.#taken.delete(away);
    away.changed('away');
    return true;
  }

  /** Gives free places to frames that wait for one, those in sight first. */
  #fill(): void {
    for (const place of this.#inSight) {
      if (this.#taken.has(place)) continue;
      if (!this.#hasRoom()) return;
      this.#take(place, false);
    }
  }
}
