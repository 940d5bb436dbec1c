/**
 * Replay speed by CPU time: the engine against a plain simulation of the same serial move that makes an
 * object and a closure per folio and event, side by side in one run. Medians of nine rounds.
 *
 * Usage: npm run bench:engine
 */
import { promotionWorkload } from '../src/analysis/reproduce';
import { RFC_V1_ZEN3 } from '../src/engine/machine/presets/rfcV1Zen3';
import { simulate } from '../src/engine/sim/simulate';

const ROUNDS = 9;
const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];
/** The plain simulation is left out above this: it would take minutes and prove nothing more. */
const PLAIN_LIMIT = 1_000_000;

/** CPU ns of this process that `work` takes. */
function cpuNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** What one would write first: an event object per step of each folio, in a sorted queue. */
function plainSerial(folios: number): number {
  const cost = (name: keyof typeof RFC_V1_ZEN3.costs) => RFC_V1_ZEN3.costs[name].value;
  let now = 0;
  const queue: { at: number; act: () => void }[] = [];
  const after = (delay: number, act: () => void) => queue.push({ at: now + delay, act });
  const remapped = new Float64Array(folios);
  const copyNs = 4096 / cost('copyMemory');
  let folio = 0;
  const unmapBatch = (): void => {
    const last = Math.min(folios, folio + 512);
    let next = folio;
    const unmapOne = (): void => {
      if (next === last) return moveOne();
      next++;
      after(cost('folioAlloc') + cost('pteUnmap') + cost('localFlush'), unmapOne);
    };
    const moveOne = (): void => {
      if (folio === last) {
        if (folio < folios) unmapBatch();
        return;
      }
      after(cost('folioSwitch') + cost('interleaveMiss'), () =>
        after(copyNs, () =>
          after(cost('pteRemap'), () => {
            remapped[folio++] = now;
            after(cost('folioFinish'), moveOne);
          }),
        ),
      );
    };
    unmapOne();
  };
  unmapBatch();
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    now = event.at;
    event.act();
  }
  return remapped[folios - 1] ?? 0;
}

const cold = cpuNs(() => simulate(promotionWorkload(65_536), { machine: RFC_V1_ZEN3, config: { runs: 1 } }));
console.log(`first call, 65,536 folios, one run and its statistics: ${(cold / 1e6).toFixed(1)} ms CPU`);
console.log('folios      design      ns/folio   folios/s    B/folio   plain ns/folio   ratio');
for (const folios of SIZES) {
  const workload = promotionWorkload(folios);
  for (const path of ['serial', 'batch-cpu', 'dcbm-v1'] as const) {
    const fast: number[] = [];
    const plain: number[] = [];
    let resident = 0;
    for (let round = 0; round < ROUNDS; round++) {
      fast.push(
        cpuNs(() => {
          const run = simulate(workload, { machine: RFC_V1_ZEN3, config: { path, runs: 1 } });
          resident = bytesOf(run.segments) + bytesOf(run.batches) + bytesOf(run.calls) + bytesOf(run.folios);
        }),
      );
      if (path === 'serial' && folios <= PLAIN_LIMIT && round < 3)
        plain.push(cpuNs(() => plainSerial(folios)));
    }
    const ns = median(fast) / folios;
    const slow = plain.length === 0 ? null : median(plain) / folios;
    console.log(
      [
        String(folios).padEnd(10),
        path.padEnd(10),
        ns.toFixed(3).padStart(9),
        (1e9 / ns).toExponential(2).padStart(10),
        (resident / folios).toFixed(2).padStart(10),
        (slow === null ? '–' : slow.toFixed(0)).padStart(12),
        (slow === null ? '–' : `${(slow / ns).toFixed(0)}x`).padStart(11),
      ].join('  '),
    );
  }
}

function bytesOf(table: object): number {
  return Object.values(table).reduce<number>(
    (sum, column) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0),
    0,
  );
}
