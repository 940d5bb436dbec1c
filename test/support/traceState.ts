/** What tracing is set to on this machine, and whether this process may record at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';

const PLACES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing', ...mountedElsewhere()];

/** Where tracefs is: debugfs mounts it by itself when somebody looks there. */
export const TRACEFS = PLACES.find((place) => existsSync(`${place}/instances`)) ?? '/sys/kernel/tracing';

/** Where else /proc/mounts says that it is. */
function mountedElsewhere(): string[] {
  const mounts = readOrEmpty('/proc/mounts').split('\n');
  return mounts
    .map((line) => line.split(' '))
    .flatMap(([, place, type]) => (type === 'tracefs' && place ? [place] : []));
}

/** Whether the kernel lets this process make a tracing instance, found out without the code under test. */
export function kernelLetsRecord(): boolean {
  const folder = `${TRACEFS}/instances/test-of-rights-${process.pid}`;
  try {
    mkdirSync(folder);
    rmdirSync(folder);
    return existsSync(`${TRACEFS}/events/migrate/mm_migrate_pages`);
  } catch {
    return false;
  }
}

/** Files that change by themselves or are read destructively; what is in them is nobody's setting. */
const NO_SETTINGS = new Set([
  'trace',
  'trace_pipe',
  'trace_marker',
  'trace_marker_raw',
  'free_buffer',
  'saved_cmdlines',
  'saved_tgids',
  'available_filter_functions',
  'available_filter_functions_addrs',
  'touched_functions',
  'enabled_functions',
  'dyn_ftrace_total_info',
  'error_log',
  'README',
]);

/** The settings of the top level, and what every event of `systems` is set to, by path. */
export function traceState(systems: readonly string[]): Record<string, string> {
  const paths = readdirSync(TRACEFS, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !NO_SETTINGS.has(entry.name))
    .map(({ name }) => name);
  for (const name of readdirSync(`${TRACEFS}/options`)) paths.push(`options/${name}`);
  for (const system of systems) {
    for (const name of readdirSync(`${TRACEFS}/events/${system}`)) {
      if (existsSync(`${TRACEFS}/events/${system}/${name}/enable`))
        paths.push(`events/${system}/${name}/enable`, `events/${system}/${name}/filter`);
    }
  }
  return Object.fromEntries(paths.map((path) => [path, readOrEmpty(`${TRACEFS}/${path}`)]));
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
