export type Log = (line: string) => void;

// stdout belongs to the command's result (`npm start -s -- run x.py --json`), so everything said goes here.
export const logToStderr: Log = (line) => {
  process.stderr.write(`${line}\n`);
};
