/** A sidecar that lives and never says a word. */
process.on('message', () => undefined);
