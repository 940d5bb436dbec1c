/** What describes a workload in a few numbers: one row per option, for the command line, the editor and their help. */
import { PAGE_BYTES } from '../../base/units';
import type { CalledReason } from '../../engine/kernel/callers/caller';
import type { CallerName } from '../../engine/kernel/callers/registry';
import { CALLED_REASONS, CALLER_NAMES } from '../../engine/kernel/callers/registry';
import type { MigrateMode } from '../../engine/kernel/modes';
import { MIGRATE_MODES } from '../../engine/kernel/modes';
import type { KernelRulesName } from '../../engine/sim/run';
import { KERNEL_RULES } from '../../engine/sim/run';

/** `shared` is shared anonymous memory and tmpfs (shmem); `ksm` a page that --mappings pages of equal content became. */
export const SYNTH_KINDS = ['anon', 'file', 'shared', 'hugetlb', 'ksm'] as const;
export type SynthKind = (typeof SYNTH_KINDS)[number];
const PINS = ['get', 'pin'] as const;

export interface SynthOptions {
  /** Bytes of a folio: 4096 times a power of two. */
  readonly folioBytes: number;
  /** Folios in all, over all calls. */
  readonly folios: number;
  readonly from: number;
  readonly to: number;
  /** migrate_pages() calls among which the folios are dealt out evenly, in order; null: the calls that the caller would make. */
  readonly calls: number | null;
  /** Migrating CPUs 0 … cpus − 1, a task each; call i runs on CPU i mod cpus. All calls are due at time 0. */
  readonly cpus: number;
  /** null: the caller's, else syscall_or_cpuset. */
  readonly reason: CalledReason | null;
  /** null: who usually calls for the reason. */
  readonly caller: CallerName | null;
  /** null: the caller's usual one. */
  readonly mode: MigrateMode | null;
  /** Whose limits the caller has. */
  readonly kernel: KernelRulesName;
  readonly kind: SynthKind;
  /** Page tables that map each folio; 0: in none. */
  readonly mappings: number;
  /** CPUs that ran the mm. */
  readonly mmCpus: number;
  /** Folios that another user holds a reference to, and how: FOLL_GET or FOLL_PIN. */
  readonly pinned: number;
  readonly pin: (typeof PINS)[number];
  /** Folios that are locked, under writeback, freed meanwhile. */
  readonly locked: number;
  readonly writeback: number;
  readonly freed: number;
  /** Dirty folios of a file system that has no way to migrate them. */
  readonly dirty: number;
  /** Base pages that are free on the destination node; null: enough. */
  readonly destFreePages: number | null;
  /** Where the special folios lie in the list. */
  readonly seed: number;
}

export const SYNTH_DEFAULTS: SynthOptions = {
  folioBytes: PAGE_BYTES,
  folios: 65_536,
  from: 1,
  to: 0,
  calls: null,
  cpus: 1,
  reason: null,
  caller: null,
  mode: null,
  kernel: '6.12',
  kind: 'anon',
  mappings: 1,
  mmCpus: 1,
  pinned: 0,
  pin: 'get',
  locked: 0,
  writeback: 0,
  freed: 0,
  dirty: 0,
  destFreePages: null,
  seed: 1,
};

/** Options whose values have the type T. */
type FieldOf<T> = {
  [K in keyof SynthOptions]-?: SynthOptions[K] extends T | null ? K : never;
}[keyof SynthOptions];

interface OptionText {
  readonly help: string;
  /** The default, as one would write it; null where it is not one value: `help` says what holds then. */
  readonly fallback: string | null;
}
export type SynthOption = OptionText &
  (
    | { readonly kind: 'size'; readonly field: 'folioBytes' | null }
    | {
        readonly kind: 'count';
        readonly field: FieldOf<number>;
        readonly low: number;
        readonly high: number;
      }
    | { readonly kind: 'choice'; readonly field: FieldOf<string>; readonly choices: readonly string[] }
  );

export const MAX_CALLS = 2 ** 20;
const MAX_SPECIAL = 2 ** 22;
const MAX_NODE = 32_767;

/** By the names of the command line, in the order in which help lists them. */
export const SYNTH_OPTIONS = {
  'folio-size': {
    kind: 'size',
    field: 'folioBytes',
    fallback: '4K',
    help: 'bytes of a folio: 4K, 16K, 64K … 2M',
  },
  total: { kind: 'size', field: null, fallback: null, help: 'memory to move: 16M, 1G … (or --folios)' },
  folios: {
    kind: 'count',
    field: 'folios',
    low: 1,
    high: 2 ** 32 - 1,
    fallback: '65536',
    help: 'folios to move',
  },
  from: { kind: 'count', field: 'from', low: 0, high: MAX_NODE, fallback: '1', help: 'node they are on' },
  to: { kind: 'count', field: 'to', low: 0, high: MAX_NODE, fallback: '0', help: 'node they go to' },
  reason: {
    kind: 'choice',
    field: 'reason',
    choices: CALLED_REASONS,
    fallback: null,
    help: 'why (default: the caller’s, else syscall_or_cpuset)',
  },
  caller: {
    kind: 'choice',
    field: 'caller',
    choices: CALLER_NAMES,
    fallback: null,
    help: 'who calls (default: the usual one for the reason)',
  },
  mode: {
    kind: 'choice',
    field: 'mode',
    choices: MIGRATE_MODES,
    fallback: null,
    help: 'default: the caller’s',
  },
  calls: {
    kind: 'count',
    field: 'calls',
    low: 1,
    high: MAX_CALLS,
    fallback: null,
    help: 'calls to deal the folios out to (default: those the caller makes)',
  },
  kernel: {
    kind: 'choice',
    field: 'kernel',
    choices: KERNEL_RULES,
    fallback: '6.12',
    help: 'whose limits the caller has',
  },
  cpus: {
    kind: 'count',
    field: 'cpus',
    low: 1,
    high: 65_536,
    fallback: '1',
    help: 'CPUs that migrate, a task each',
  },
  kind: {
    kind: 'choice',
    field: 'kind',
    choices: SYNTH_KINDS,
    fallback: 'anon',
    help: 'what the folios hold',
  },
  mappings: {
    kind: 'count',
    field: 'mappings',
    low: 0,
    high: 65_535,
    fallback: '1',
    help: 'page tables that map each',
  },
  'mm-cpus': {
    kind: 'count',
    field: 'mmCpus',
    low: 0,
    high: 65_535,
    fallback: '1',
    help: 'CPUs that ran the process',
  },
  pinned: {
    kind: 'count',
    field: 'pinned',
    low: 0,
    high: MAX_SPECIAL,
    fallback: '0',
    help: 'folios with an extra reference',
  },
  pin: {
    kind: 'choice',
    field: 'pin',
    choices: PINS,
    fallback: 'get',
    help: 'taken by FOLL_GET or FOLL_PIN',
  },
  locked: {
    kind: 'count',
    field: 'locked',
    low: 0,
    high: MAX_SPECIAL,
    fallback: '0',
    help: 'folios that are locked',
  },
  writeback: {
    kind: 'count',
    field: 'writeback',
    low: 0,
    high: MAX_SPECIAL,
    fallback: '0',
    help: 'folios under writeback',
  },
  freed: {
    kind: 'count',
    field: 'freed',
    low: 0,
    high: MAX_SPECIAL,
    fallback: '0',
    help: 'folios that are freed meanwhile',
  },
  dirty: {
    kind: 'count',
    field: 'dirty',
    low: 0,
    high: MAX_SPECIAL,
    fallback: '0',
    help: 'dirty folios of a file system without migrate_folio',
  },
  'dest-free-pages': {
    kind: 'count',
    field: 'destFreePages',
    low: 0,
    high: Number.MAX_SAFE_INTEGER,
    fallback: null,
    help: 'base pages free on the destination (default: enough)',
  },
  seed: {
    kind: 'count',
    field: 'seed',
    low: Number.MIN_SAFE_INTEGER,
    high: Number.MAX_SAFE_INTEGER,
    fallback: '1',
    help: 'where the special folios lie',
  },
} as const satisfies Record<string, SynthOption>;
export type SynthOptionName = keyof typeof SYNTH_OPTIONS;

export const SYNTH_OPTION_ROWS = Object.entries(SYNTH_OPTIONS) as [SynthOptionName, SynthOption][];
