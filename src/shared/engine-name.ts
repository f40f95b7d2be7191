/** In words, which engine this is: for messages about what it does or lacks. */
export const engineName = (versions: Readonly<Record<string, string | undefined>>): string => {
  const { electron, node = '?', uv = '?', v8 = '?' } = versions;
  const within = `Node.js ${node}, libuv ${uv}, V8 ${v8}`;
  return electron === undefined ? within : `Electron ${electron} (${within})`;
};
