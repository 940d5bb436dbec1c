/** Injected failures of an engine: docs/MODEL.md, "Failures of an engine". */
import type { FaultPlan, FaultStage } from '../../sim/run';

/** How attempt number `attempt` fails, null if it does not. The first plan that names it counts. */
export function faultAt(plans: readonly FaultPlan[], attempt: number): FaultStage | null {
  for (const { stage, first, every } of plans) {
    const since = attempt - first;
    if (since === 0 || (since > 0 && every > 0 && since % every === 0)) return stage;
  }
  return null;
}

/** wait_for_completion_timeout() of dcbm since v3: 10,000 ms, in ps. */
export const DCBM_TIMEOUT_PS = 10e12;
/** dma_sync_wait(), drivers/dma/dmaengine.c: 5,000 ms, in ps. */
export const DMA_SYNC_WAIT_PS = 5e12;
