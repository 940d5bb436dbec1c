/** The measured phases of a recorded call, in the accounts of a run. */
import { nsToPs } from '../base/units';
import { MEASURED } from '../engine/sim/run';
import type { MigrationTrace } from '../trace/model';

/** Accounts of a run in ps; they add up to `total`. */
export interface ObservedPhases {
  readonly total: number;
  readonly unmap: number;
  readonly flush: number;
  readonly copy: number;
  readonly remap: number;
  readonly other: number;
  /** Bits of MEASURED. */
  readonly measured: number;
}

/**
 * By call; undefined where a call was not measured whole. A run charges what takes a folio out of its page tables as the RFC
 * does: the allocation of its destination is unmap, and every flush is flush, also that of a single entry within
 * try_to_migrate() (STEP_PHASE in engine/sim/run.ts). So measured and simulated calls compare account by account.
 */
export function observedPhases({
  callPhases,
  workload,
}: MigrationTrace): readonly (ObservedPhases | undefined)[] {
  const byCall = Array.from<ObservedPhases | undefined>({ length: workload.calls.length });
  for (let row = 0; row < callPhases.length; row++) {
    const total = nsToPs(callPhases.totalNs[row]!);
    if (!(total >= 0)) continue;
    const inner = known(callPhases.unmapFlushNs[row]!);
    const hasUnmap = !Number.isNaN(callPhases.unmapNs[row]!);
    const unmap = hasUnmap ? callPhases.unmapNs[row]! - inner + known(callPhases.allocNs[row]!) : 0;
    const flush = known(callPhases.flushNs[row]!) + (hasUnmap ? inner : 0);
    const [unmapPs, flushPs] = [nsToPs(unmap), nsToPs(flush)];
    const copy = nsToPs(known(callPhases.copyNs[row]!));
    const remap = nsToPs(known(callPhases.remapNs[row]!));
    byCall[callPhases.call[row]!] = {
      total,
      unmap: unmapPs,
      flush: flushPs,
      copy,
      remap,
      other: total - unmapPs - flushPs - copy - remap,
      measured:
        MEASURED.total |
        (hasUnmap ? MEASURED.unmap : 0) |
        bit(callPhases.flushNs[row]!, MEASURED.flush) |
        bit(callPhases.copyNs[row]!, MEASURED.copy) |
        bit(callPhases.remapNs[row]!, MEASURED.remap),
    };
  }
  return byCall;
}

function known(ns: number): number {
  return Number.isNaN(ns) ? 0 : ns;
}

function bit(ns: number, mask: number): number {
  return Number.isNaN(ns) ? 0 : mask;
}
