/** A sidecar whose control thread never gets round to answering. */
process.once('message', () => {
  for (;;);
});
