/** The equations of docs/MODEL.md, section 2, for one call: durations in whole picoseconds. */
import type { MigrateReason } from '../../../src/engine/kernel/modes';
import type { CostName } from '../../../src/engine/machine/costs';
import type { Machine } from '../../../src/engine/machine/machine';
import type { OracleFolio } from './oracleFolio';
import { entriesOf } from './oracleFolio';

const PAGE_BYTES = 4096;
/** Two struct pages of 64 bytes and a PTE of 8. */
const METADATA_BYTES = 2 * 64 + 8;

export interface OracleCosts {
  readonly entry: number;
  readonly alloc: number;
  readonly finish: number;
  readonly retry: number;
  readonly undo: number;
  readonly split: number;
  readonly copyCold: number;
  readonly dmaCold: number;
  readonly dmaMap: number;
  readonly dmaSubmit: number;
  readonly dmaUnmap: number;
  readonly batchCopyFolio: number;
  /** One flush: on this CPU, or by IPI to the others that ran the mm. */
  readonly flush: number;
  /** Mapping, references and flags, in the ordinary loop or in a batch. */
  readonly switchInterleaved: number;
  readonly switchBatched: number;
  /** Source and destination fit in the cache, and the caller has just used them. */
  readonly resident: boolean;
  unmap(folio: OracleFolio): number;
  remap(folio: OracleFolio): number;
  copy(folio: OracleFolio, resident: boolean): number;
  dmaWait(folio: OracleFolio): number;
}

export function oracleCosts(
  machine: Machine,
  pages: number,
  reason: MigrateReason | null,
  mmCpus: number,
): OracleCosts {
  const ns = (name: CostName) => machine.costs[name].value;
  const ps = (value: number) => Math.round(value * 1000);
  const fits = 2 * pages * PAGE_BYTES <= ns('lastLevelCache');
  const justUsed =
    reason === 'syscall_or_cpuset' || reason === 'mempolicy_mbind' || reason === 'numa_misplaced';
  const resident = fits && justUsed;
  const miss = pages * METADATA_BYTES > ns('lastLevelCache') ? ns('metadataMiss') : 0;
  return {
    entry: ps(ns('callEntry')),
    alloc: ps(ns('folioAlloc')),
    finish: ps(ns('folioFinish')),
    retry: ps(ns('folioRetry')),
    undo: ps(ns('folioUndo')),
    split: ps(ns('splitFolio')),
    copyCold: ps(ns('copyCold')),
    dmaCold: ps(ns('dmaCold')),
    dmaMap: ps(2 * ns('dmaMap') + 2 * ns('iommuMapEntry')),
    dmaSubmit: ps(ns('dmaSubmit')),
    dmaUnmap: ps(2 * ns('dmaUnmap') + 2 * ns('iommuUnmapEntry') + (2 / 256) * ns('iotlbFlush')),
    batchCopyFolio: ps(ns('batchCopyFolio')),
    flush: mmCpus > 1 ? ps(ns('ipiFlush') + (mmCpus - 2) * ns('ipiFlushPerCpu')) : ps(ns('localFlush')),
    switchInterleaved: ps(ns('folioSwitch') + miss + ns('interleaveMiss')),
    switchBatched: ps(ns('folioSwitch') + miss),
    resident,
    unmap: (folio) => ps(entriesOf(folio) * ns(folio.mapping === 'pmd' ? 'pmdUnmap' : 'pteUnmap')),
    remap: (folio) => ps(entriesOf(folio) * ns('pteRemap')),
    copy: (folio, fromCache) =>
      ps((folio.pages * PAGE_BYTES) / ns(fromCache ? 'copyResident' : 'copyMemory')),
    dmaWait: (folio) => {
      const snoop = resident ? folio.pages * ns('dmaResidentRead') : 0;
      return ps(ns('dmaLatency') + snoop + (folio.pages * PAGE_BYTES) / ns('dmaBandwidth'));
    },
  };
}
