/** The memory by which the control thread reaches a worker that is busy, see `WorkerStart.interrupts`; without schemas. */

/** Its Int32s: which is where. */
export const CONTROL_WORDS = {
  /** The control thread stores `INTERRUPT_SIGNAL` to interrupt the guest, whose interpreter stores 0 when it has seen it. */
  interrupt: 0,
  /** 1, for the guest's core to have its host measure the thread's memory. */
  measure: 1,
  /** 1 when the run was interrupted and goes on, so that the thread may be ended soon. */
  stopping: 2,
} as const;

export const CONTROL_BYTES = Object.keys(CONTROL_WORDS).length * Int32Array.BYTES_PER_ELEMENT;

/** SIGINT. */
export const INTERRUPT_SIGNAL = 2;
