declare module '*.py?raw' {
  const source: string;
  export default source;
}

declare module '*.json?raw' {
  const text: string;
  export default text;
}
