/** Which events of the running kernel are recorded. */
import { RecorderProblem } from './recorderProblem';
import type { SysFiles } from './sysFiles';

/** What tells of migration; facts in trace-formats: migrate.h, thp.h, compaction.h, tlb.h of include/trace/events. */
export const USUAL_EVENTS = [
  'migrate',
  'compaction:mm_compaction_migratepages',
  'compaction:mm_compaction_begin',
  'compaction:mm_compaction_end',
  'thp:set_migration_pmd',
  'thp:remove_migration_pmd',
  'tlb:tlb_flush',
] as const;

export interface ChosenEvents {
  /** `system/event`, each once, in order. */
  readonly events: readonly string[];
  /** Usual ones this kernel does not have. */
  readonly missing: readonly string[];
}

const WORD = /^[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.*-]+)?$/;

/**
 * `wanted`: `system`, `system:*` or `system:event`. An event that a person asked for by name must exist; of the usual
 * ones only mm_migrate_pages must.
 */
export function chooseEvents(
  files: SysFiles,
  folder: string,
  wanted: readonly string[] | null,
): ChosenEvents {
  const events = new Set<string>();
  const missing: string[] = [];
  for (const word of wanted ?? USUAL_EVENTS) {
    const found = expand(files, folder, word);
    for (const event of found) events.add(event);
    if (found.length > 0) continue;
    if (wanted !== null) throw unknownEvent(word);
    missing.push(word);
  }
  if (wanted === null && !events.has('migrate/mm_migrate_pages')) {
    throw new RecorderProblem(
      'This kernel has no event migrate:mm_migrate_pages: it was built without CONFIG_MIGRATION. Nothing about page migration can be recorded here.',
    );
  }
  return { events: [...events], missing };
}

function expand(files: SysFiles, folder: string, word: string): string[] {
  if (!WORD.test(word)) throw unknownEvent(word);
  const [system = '', event = '*'] = word.split(':');
  const place = `${folder}/events/${system}`;
  if (system.startsWith('.') || files.probe(place) !== 'present') return [];
  const names = event === '*' ? files.list(place) : [event];
  return names
    .filter((name) => files.probe(`${place}/${name}/format`) === 'present')
    .map((name) => `${system}/${name}`);
}

function unknownEvent(word: string): RecorderProblem {
  return new RecorderProblem(
    `There is no event ${JSON.stringify(word)} in this kernel. Write system or system:event; the list is in available_events.`,
    ['sudo cat /sys/kernel/tracing/available_events'],
  );
}

/** The filter that lets pass the calls with these reasons: numbers as this kernel's print fmt gives them. */
export function reasonFilter(symbols: ReadonlyMap<number, string>, reasons: readonly string[]): string {
  const known = [...symbols.values()];
  const numbers = reasons.map((reason) => {
    const found = [...symbols].find(([, name]) => name === reason);
    if (found !== undefined) return found[0];
    throw new RecorderProblem(
      `This kernel knows no migration reason ${JSON.stringify(reason)}. It knows ${known.join(', ')}.`,
    );
  });
  return numbers.map((number) => `reason == ${number}`).join(' || ');
}
