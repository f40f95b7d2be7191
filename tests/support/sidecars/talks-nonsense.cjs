/** A sidecar that does not speak the protocol. */
process.send({ kind: 'answer', id: 99, result: {} });
process.on('message', () => process.send('nonsense'));
