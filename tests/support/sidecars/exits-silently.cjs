/** A sidecar that is gone at once, as if all were well. */
process.exit(0);
