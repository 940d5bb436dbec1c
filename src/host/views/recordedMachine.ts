/** The machine that a trace was recorded on, as lines of the machine tree: what the trace and the files beside it tell. */
import type { TraceMachine } from '../../trace/model';
import type { MachineLine } from './machineLine';
import { formatBytes, formatCount, formatCpus } from './numbers';

/** Nothing where no node is known. */
export function recordedLines(machine: TraceMachine | null): readonly MachineLine[] {
  if (machine === null || machine.nodes.length === 0) return [];
  const { nodes, distances } = machine;
  return [
    {
      label: 'Recorded on',
      description: [machine.name, `${nodes.length} node${nodes.length === 1 ? '' : 's'}`]
        .filter((part) => part !== '')
        .join(' · '),
      tooltip:
        'The NUMA nodes of the machine the trace was recorded on. Designs are played on the machine above.',
      icon: 'record',
      expanded: true,
      children: () =>
        nodes.map(({ id, cpus, memoryBytes, pfnSpans }, row): MachineLine => {
          const pages = pfnSpans.reduce((sum, [start, end]) => sum + end - start, 0);
          const description = [
            cpus.length === 0 ? '' : `CPUs ${formatCpus(cpus)}`,
            memoryBytes === null ? '' : formatBytes(memoryBytes),
            pages === 0 ? 'page frames unknown' : `${formatCount(pages)} page frames`,
          ]
            .filter((part) => part !== '')
            .join(' · ');
          const far = distances?.[row]?.map((distance, other) => `${nodes[other]?.id ?? other}: ${distance}`);
          return {
            label: `node ${id}`,
            description,
            tooltip: `NUMA node ${id}: ${description}${far === undefined ? '' : `\n\nDistances: ${far.join(', ')}`}`,
            icon: 'symbol-structure',
          };
        }),
    },
  ];
}
