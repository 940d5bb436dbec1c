/** One animation frame for everybody: callbacks asked for between two frames run once, in order. */

const wanted = new Set<() => void>();
let handle = 0;

/** Runs `callback` in the next frame; asking again before then changes nothing. A hidden page draws none. */
export function nextFrame(callback: () => void): void {
  wanted.add(callback);
  if (handle === 0) handle = requestAnimationFrame(run);
}

function run(): void {
  handle = 0;
  const callbacks = [...wanted];
  wanted.clear();
  for (const callback of callbacks) callback();
}

/** Whether the person asked for less motion, in the system or in VS Code. */
export function reducedMotion(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') ||
    window.matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}
