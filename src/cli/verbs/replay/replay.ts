import { performance } from 'node:perf_hooks';
import type { ReplayNodes } from '../../../analysis/replay';
import { betweenNodes, replay as play, resolveReplay } from '../../../analysis/replay';
import type { Machine } from '../../../engine/machine/machine';
import type { Run, RunConfig } from '../../../engine/sim/run';
import { ConfigError } from '../../../engine/sim/simulate';
import type { MigrationTrace } from '../../../trace/model';
import { exportOf } from '../../../trace/export/formats';
import { readTrace, writeChunks } from '../../files';
import { chosenMachine } from '../../options/machineOptions';
import { bytes } from '../../table';
import type { Verb, VerbContext } from '../../usage';
import { UsageError } from '../../usage';
import { replayDocument } from './document';
import { forPeople } from './forPeople';
import { parseReplayOptions, REPLAY_HELP } from './options';
import { playedOf } from './played';

export const replay: Verb = {
  name: 'replay',
  summary: 'plays the calls of a trace through a design on a machine',
  help: REPLAY_HELP,
  run: async (args, context) => {
    const { file, config, nodes, vmstat, machine: place, json, output } = parseReplayOptions(args);
    const recorded = (await readTrace(file, context)).value;
    const machine = await chosenMachine(place, recorded, context);
    tellUnknownNodes(nodes, machine, context);
    const trace = betweenNodes(recorded, nodes);
    const resolved = playable(trace, config);
    const begin = performance.now();
    const run = context.longWork(() => play(trace, resolved, machine));
    const wall_ms = performance.now() - begin;
    tellUnusedFaults(run, resolved, context);
    const played = context.longWork(() => playedOf(trace, run, { nodes, vmstat, wall_ms }));
    if (output !== null) {
      const size = await writeChunks(output.output, () => exportOf({ trace, run }, output));
      context.stderr(`${output.output}: ${bytes(size)}\n`);
    }
    context.stdout(json ? `${JSON.stringify(replayDocument(played), null, 2)}\n` : forPeople(played));
  },
};

/** The configuration to play; a design that the kernel has no place for is a wrong word on the command line. */
function playable(trace: MigrationTrace, config: Partial<RunConfig>): RunConfig {
  try {
    return resolveReplay(trace, config);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}

function tellUnknownNodes({ from, to }: ReplayNodes, machine: Machine, { stderr }: VerbContext): void {
  const known = machine.nodes.map(({ id }) => id);
  for (const [option, node] of [
    ['--from', from],
    ['--to', to],
  ] as const) {
    if (node === null || known.includes(node)) continue;
    stderr(
      `${option} ${node}: ${machine.name} has the nodes ${known.join(', ')} only; what holds for any pair of nodes is taken.\n`,
    );
  }
}

function tellUnusedFaults(run: Run, { faults }: RunConfig, { stderr }: VerbContext): void {
  if (faults.length === 0 || Object.values(run.dma.failures).some((count) => count > 0)) return;
  stderr(
    '--fault: none of these attempts to offload a batch was made. Choose a design that offloads, or earlier attempts.\n',
  );
}
