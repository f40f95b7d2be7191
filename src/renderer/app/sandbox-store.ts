import { computed, ref, shallowRef, type Ref } from 'vue';
import type { SandboxApi } from '../../shared/ipc/api.ts';
import type { SandboxStatus } from '../../shared/ipc/sandbox.ts';
import type { SandboxEvent, SandboxState } from '../../shared/contract/sandbox-events.ts';
import { addEvents } from '../activity/model/event-log.ts';

/** How often the page is redrawn while events stream in, in ms. */
const BATCH_MS = 100;

/** State of the sidecar as the window knows it. */
export class SandboxStore {
  readonly #api: SandboxApi;
  readonly state: Ref<SandboxState> = shallowRef({ name: 'stopped' });
  readonly status: Ref<SandboxStatus | null> = shallowRef(null);
  readonly events: Ref<readonly SandboxEvent[]> = shallowRef([]);
  /** Resident memory of the active process, in MiB. */
  readonly memory: Ref<{ readonly residentMiB: number; readonly limitMiB: number } | null> = shallowRef(null);
  /** What each session in the sandbox used when it was last asked, in MiB; those without variables are not in it. */
  readonly sessionMiB: Ref<ReadonlyMap<string, number>> = shallowRef(new Map());
  readonly loaded = ref(false);
  /** Why the last process ended, for the text after "stopped". */
  readonly lastEnd = computed(() => {
    const found = this.events.value.findLast(
      (event) => event.type === 'process-ended' && event.role === 'active',
    );
    return found?.type === 'process-ended' ? found : null;
  });
  #waiting: SandboxEvent[] = [];

  constructor(api: SandboxApi) {
    this.#api = api;
    api.onEvent((event) => this.#onEvent(event));
  }

  async load(): Promise<void> {
    const [history] = await Promise.all([this.#api.history(), this.refresh()]);
    if (history.ok) {
      const known = this.events.value;
      const first = known[0]?.at ?? Number.POSITIVE_INFINITY;
      const earlier = history.value.filter((event) => event.at < first);
      this.events.value = addEvents(earlier, known, Date.now());
    }
    this.loaded.value = true;
  }

  async refresh(): Promise<void> {
    const status = await this.#api.status();
    if (!status.ok) return;
    this.status.value = status.value;
    this.state.value = status.value.state;
    this.memory.value = status.value.memory;
  }

  /** Asks what each session uses. */
  async measureSessions(): Promise<void> {
    const answer = await this.#api.memory();
    if (answer.ok)
      this.sessionMiB.value = new Map(answer.value.map(({ session, usedMiB }) => [session, usedMiB]));
  }

  async restart(): Promise<void> {
    await this.#api.restart();
    await this.refresh();
  }

  async stop(): Promise<void> {
    await this.#api.stop();
    await this.refresh();
  }

  #onEvent(event: SandboxEvent): void {
    if (event.type === 'state') {
      this.state.value = event.state;
      if (event.state.name === 'stopped' || event.state.name === 'broken') this.memory.value = null;
    }
    if (event.type === 'memory') this.memory.value = event;
    if (this.#waiting.length === 0) setTimeout(() => this.#flush(), BATCH_MS);
    this.#waiting.push(event);
  }

  #flush(): void {
    const added = this.#waiting;
    this.#waiting = [];
    this.events.value = addEvents(this.events.value, added, Date.now());
  }
}
