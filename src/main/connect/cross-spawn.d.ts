/** What is used of it: `spawn` of Node's, which on Windows also starts `.cmd` files such as npx. */
declare module 'cross-spawn' {
  import type { ChildProcess, SpawnOptions } from 'node:child_process';

  const spawn: (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
  export default spawn;
}
