/** What can go wrong beside a run, which ends in a result. The codes are stable. */
export type VivariumErrorCode =
  /** An option that does not exist, or a value that it can't have; the message begins with its name. */
  | 'invalid-option'
  /** A run request that breaks the contract; the message names the field. */
  | 'invalid-request'
  /** `vivarium/main` was used outside of Electron's main process. */
  | 'not-electron'
  /** `vivarium/node` was used in Electron. */
  | 'not-node'
  /** This version of Electron lacks what is needed. */
  | 'unsupported-electron'
  /** The folder with Python's runtime was not found. */
  | 'assets-missing'
  /** A file of the runtime is not what the build has written. */
  | 'assets-damaged'
  /** The operating system can't be asked to hold the process in, and the options want it to. */
  | 'lockdown-unavailable'
  /** A file of a session can't be had or written; the message says why. */
  | 'file-unavailable'
  /** The session was closed. */
  | 'session-closed'
  /** The sandbox was disposed of. */
  | 'disposed'
  /** Packages were switched off by the options. */
  | 'packages-off'
  /** Packages could not be had or kept: see the message, and `packageErrorCode`. */
  | 'packages-failed'
  /** The isolation could not be examined. */
  | 'examination-failed'
  /** The interpreter's channels are taken by somebody else. */
  | 'channel-taken';

/** What can go wrong with packages. The codes are stable. */
export type PackageErrorCode =
  /** Neither the lock nor any index knows the name. */
  | 'unknown-package'
  /** The settings, or the rule that code may not look names up, forbid it. */
  | 'not-allowed'
  /** It would have to be fetched, and the settings say that code may not cause that. */
  | 'auto-install-off'
  /** The name is known, the wanted version is not to be had. */
  | 'version-unavailable'
  /** A requirement that can't be read, or of a kind that is not supported. */
  | 'bad-requirement'
  /** The PEP 723 block of a script can't be read. */
  | 'bad-script-metadata'
  /** More than one run is given. */
  | 'too-large'
  /** All sources were tried in vain. */
  | 'no-source'
  | 'timed-out'
  | 'cancelled'
  /** Bytes that are not what their hash says. */
  | 'hash-mismatch'
  | 'bad-lock'
  | 'bad-pack'
  | 'bad-wheel'
  /** Two packages have files in the same place, and the one that is there already would have to give way. */
  | 'files-clash'
  | 'bad-settings'
  | 'store-full'
  | 'store-unwritable'
  | 'store-unreadable';
