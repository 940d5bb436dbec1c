// @ts-check
/** @type {Set<() => void | Promise<void>>} */
const pending = new Set();
let hooked = false;
let interrupted = false;

/**
 * Registers what must be undone when this program ends, also by Ctrl+C, SIGTERM or a closed terminal.
 * @param {() => void | Promise<void>} undo
 * @returns {() => Promise<void>} undoes it now, once
 */
export function onCleanup(undo) {
  hook();
  pending.add(undo);
  return async () => {
    if (pending.delete(undo)) await undo();
  };
}

/**
 * Undoes everything registered, last first. One failing step does not keep the others from running.
 * After a signal it never returns: the signal's own handler is undoing, and ends the process.
 * @returns {Promise<void>}
 */
export function cleanUp() {
  return interrupted ? new Promise(() => {}) : undoAll();
}

async function undoAll() {
  for (const undo of [...pending].toReversed()) {
    pending.delete(undo);
    try {
      await undo();
    } catch (error) {
      process.stderr.write(`cleaning up: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

function hook() {
  if (hooked) return;
  hooked = true;
  /** @type {[NodeJS.Signals, number][]} */
  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ];
  for (const [signal, code] of signals) {
    process.on(signal, () => {
      if (interrupted) return;
      interrupted = true;
      // A program that is meant to be ended by a signal has set its exit code.
      void undoAll().finally(() => process.exit(process.exitCode ?? code));
    });
  }
}
