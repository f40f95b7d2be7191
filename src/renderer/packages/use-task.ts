import { onScopeDispose, ref, shallowRef, type Ref } from 'vue';
import type { Answer } from '../../shared/ipc/answer.ts';
import type { TaskProgress } from '../../shared/ipc/packages.ts';
import { usePythonServices } from '../settings/python-services.ts';

export interface Task {
  readonly running: Readonly<Ref<boolean>>;
  readonly progress: Readonly<Ref<TaskProgress | null>>;
  run<T>(start: (task: { readonly taskId: string }) => Promise<Answer<T>>): Promise<Answer<T>>;
  cancel(): Promise<void>;
}

/** One task of the package store at a time, with its progress. */
export const useTask = (): Task => {
  const { api } = usePythonServices();
  const running = ref(false);
  const progress = shallowRef<TaskProgress | null>(null);
  let taskId = '';
  onScopeDispose(
    api.packages.onProgress((event) => {
      if (event.taskId === taskId) progress.value = event;
    }),
  );
  return {
    running,
    progress,
    run: async (start) => {
      taskId = `task-${crypto.randomUUID()}`;
      running.value = true;
      progress.value = null;
      try {
        return await start({ taskId });
      } finally {
        running.value = false;
        progress.value = null;
      }
    },
    cancel: async () => {
      await api.packages.cancel(taskId);
    },
  };
};
