/**
 * Models the pre-copy designs: the batch is copied right after the flush, while the mappings still point
 * to the source, and each folio is then moved by the ordinary loop without another copy.
 * - v4 (2026-03): every folio of a wanted reason is copied; when its reference check fails later, the
 *   copy was wasted. If the engine fails, all are copied by the CPU in the move.
 * - v6 (2026-06): a folio with unexpected references already now is left out; a marker in
 *   dst->migrate_info tells per folio what was copied.
 */
import { FOLIO_KINDS } from '../../folio/workload';
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { CallState } from '../callState';
import type { MigrateMode } from '../modes';
import { usesCopy } from '../moveResult';
import type { Playing } from '../playing';
import type { CopyPath, MoveOutcome } from './copyPath';
import { beginOffload, endOffload, endRounds, touchCold } from './offload';
import { predictsGain } from './prediction';

export const precopyV4: CopyPath = {
  name: 'precopy-v4',
  title: 'Pre-copy v4',
  tooltip: 'v4: the engine copies the batch before any mapping moves; pinned folios are copied for nothing.',
  offloads: true,
  moveBatch: (state, _stats, unmapped, async) =>
    copyFirst(state, unmapped, async, { eligible: isMovedByMapping, keepsCopies: true }),
};

export const precopyV6: CopyPath = {
  name: 'precopy',
  title: 'Pre-copy v6',
  tooltip: 'v6: as v4, but folios with extra references are left out, and each copied folio is marked.',
  offloads: true,
  moveBatch: (state, _stats, unmapped, async) => copyFirst(state, unmapped, async, { eligible: isEligible }),
};

export const adaptive: CopyPath = {
  name: 'adaptive',
  title: 'Adaptive',
  tooltip: 'Not posted: as v6, but each batch goes to the engine only if that is predicted to be faster.',
  offloads: true,
  moveBatch: (state, _stats, unmapped, async) =>
    copyFirst(state, unmapped, async, { eligible: isEligible, predicts: true }),
};

interface PrecopyRules {
  readonly eligible: (span: Span) => boolean;
  readonly predicts?: boolean;
  readonly keepsCopies?: boolean;
}

function copyFirst(
  state: CallState,
  unmapped: readonly Span[],
  async: boolean,
  rules: PrecopyRules,
): Playing<MoveOutcome> | MoveOutcome {
  const wanted = wantedOf(state, unmapped, rules.eligible);
  if (!isLongEnough(state, wanted)) return moveByCpu(unmapped, wanted);
  return copyWanted(state, unmapped, wanted, async, rules);
}

function* copyWanted(
  state: CallState,
  unmapped: readonly Span[],
  wanted: readonly Span[],
  async: boolean,
  { predicts = false, keepsCopies = false }: PrecopyRules,
): Playing<MoveOutcome> {
  yield null;
  if (predicts && !predictsGain(state, wanted)) {
    state.dma.declinedBatches++;
    return moveByCpu(unmapped, wanted);
  }
  // As offloadCopy(), which would be one more generator to go through for each batch.
  const offload = beginOffload(state, wanted, 'lists', false);
  if (offload === null) return moveByCpu(unmapped, wanted);
  if (offload.begun !== null) yield offload.begun;
  const outcome = offload.rounds.length === 1 ? endOffload(state, offload) : yield* endRounds(state, offload);
  if (outcome !== 'copied') return moveByCpu(unmapped, wanted);
  return moveCopied(state, unmapped, wanted, async ? 'MIGRATE_ASYNC' : state.mode, keepsCopies);
}

/** The batch list: the folios of a batch that may be offloaded, none for other reasons. */
export function wantedOf(
  { config, reason }: CallState,
  spans: readonly Span[],
  eligible: (span: Span) => boolean,
): readonly Span[] {
  const isWanted = config.reasons === 'all' || (reason !== null && config.reasons.includes(reason));
  if (!isWanted) return NONE;
  return spans.every(eligible) ? spans : spans.filter(eligible);
}

/** Whether a batch list is worth an engine: too short a one is moved like any other batch list, by the CPU. */
export function isLongEnough({ config }: CallState, wanted: readonly Span[]): boolean {
  return wanted.length > 0 && countFolios(wanted) >= config.minBatch;
}

/** The batch list is moved before the single list, in each pass; here without its contents. */
export function moveByCpu(unmapped: readonly Span[], wanted: readonly Span[]): MoveOutcome {
  if (wanted.length === 0 || wanted.length === unmapped.length) return { left: unmapped, failed: NONE };
  const batched = new Set(wanted);
  return { left: [...wanted, ...unmapped.filter((span) => !batched.has(span))], failed: NONE };
}

/** The same with the contents of the batch list at their destinations. */
export function moveCopied(
  state: CallState,
  unmapped: readonly Span[],
  wanted: readonly Span[],
  mode: MigrateMode = 'MIGRATE_ASYNC',
  keepsCopies = false,
): MoveOutcome {
  const uses = ({ of }: Span) => usesCopy(state.rules, of, mode, keepsCopies);
  const used = wanted.every(uses) ? wanted : wanted.filter(uses);
  state.dma.wastedCopies += countFolios(wanted) - countFolios(used);
  touchCold(state, used);
  const { left, failed } = moveByCpu(unmapped, wanted);
  return { left, failed, copied: wanted.length, keepsCopies };
}

const NONE: readonly Span[] = [];
const MOVABLE = FOLIO_KINDS.indexOf('movable');

/** Neither hugetlb folios, which no batch has, nor those with movable_ops, which move by a callback of their own. */
function isMovedByMapping(span: Span): boolean {
  return !span.of.hugetlb && span.of.kind !== MOVABLE;
}

/** folio_expected_ref_count(): a pinned folio has more references than unmapping explains. */
export function isEligible(span: Span): boolean {
  return isMovedByMapping(span) && span.of.fateName !== 'pinned-get';
}
