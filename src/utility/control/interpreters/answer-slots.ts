import { answerMemory, AnswerSlot } from '../../../shared/protocol/answer-slot.ts';
import { blockingCalls, isBlockingCall, type BlockingCall } from '../../../shared/protocol/blocking-calls.ts';

/** Where the answers to the blocking calls of one worker go: memory that it shares with the control thread alone. */
export class AnswerSlots implements Readonly<Record<BlockingCall, AnswerSlot>> {
  /** See `WorkerStart.answers`. */
  readonly memory = {
    readInput: answerMemory(blockingCalls.readInput.partBytes),
    readPackageFile: answerMemory(blockingCalls.readPackageFile.partBytes),
    callFunction: answerMemory(blockingCalls.callFunction.partBytes),
    fetchFonts: answerMemory(blockingCalls.fetchFonts.partBytes),
  };
  readonly readInput = new AnswerSlot(this.memory.readInput);
  readonly readPackageFile = new AnswerSlot(this.memory.readPackageFile);
  readonly callFunction = new AnswerSlot(this.memory.callFunction);
  readonly fetchFonts = new AnswerSlot(this.memory.fetchFonts);

  /** Lets a guest that waits for somebody's answer look whether it was interrupted. Files are given at once. */
  ringAll(): void {
    for (const name of Object.keys(blockingCalls)) {
      if (isBlockingCall(name) && blockingCalls[name].interruptible) this[name].ring();
    }
  }
}
