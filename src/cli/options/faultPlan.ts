/** `--fault`: which attempts to offload a batch fail, and how. */
import type { FaultPlan } from '../../engine/sim/run';
import { FAULT_STAGES } from '../../engine/sim/run';
import { UsageError } from '../usage';

export const FAULT_HELP = `  --fault PLAN,PLAN…                offload attempts that fail, numbered from 0 over the whole run:
                                    STAGE@N the N-th, STAGE/M every M-th from 0, STAGE@N/M the N-th and
                                    every M-th after it; of two plans for one attempt the first counts.
                                    STAGE: ${FAULT_STAGES.slice(0, 4).join(', ')},
                                    ${FAULT_STAGES.slice(4).join(', ')}
`;

/** One plan: a stage, then `@first`, `/every` or both. */
const PLAN = /^([a-z-]+)(?:@(\d{1,9}))?(?:\/(\d{1,9}))?$/;

/** Throws UsageError, naming the plan that is wrong and how to write it. */
export function parseFaults(text: string): FaultPlan[] {
  return text.split(',').map((written): FaultPlan => {
    const plan = written.trim();
    const [, name, first, every] = PLAN.exec(plan) ?? [];
    const stage = FAULT_STAGES.find((known) => known === (name ?? plan.split(/[@/]/)[0]));
    if (stage === undefined) {
      throw new UsageError(
        `--fault ${plan}: it does not begin with a stage. Write one of ${FAULT_STAGES.join(', ')}, then @N or /M.`,
      );
    }
    if (name === undefined || (first === undefined && every === undefined)) {
      throw new UsageError(
        `--fault ${plan}: it does not say which attempts. Write ${stage}@3 (attempt 3), ${stage}/2 (every second from 0) or ${stage}@3/2 (3, 5, 7 …).`,
      );
    }
    if (every !== undefined && Number(every) === 0) {
      throw new UsageError(
        `--fault ${plan}: every 0th attempt is none. Write /1 for all of them, or leave /0 out.`,
      );
    }
    return { stage, first: Number(first ?? 0), every: Number(every ?? 0) };
  });
}
