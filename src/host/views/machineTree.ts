/** The view `Machine`: nodes, DMA devices and every cost with its source, as a tree. */
import * as vscode from 'vscode';
import { COSTS, VARIATIONS } from '../../engine/machine/costs';
import type {
  DmaDevice,
  Machine,
  MachineNode,
  NodePair,
  Quantity,
  Setting,
} from '../../engine/machine/machine';
import type { TraceMachine } from '../../trace/model';
import { TREE_CONTEXT } from '../ids';
import { formatBytes, formatCpus, formatNumber } from './numbers';
import type { MachineLine } from './machineLine';
import { recordedLines } from './recordedMachine';

/** The lines of a machine. `why` says who chose it. */
export function machineLines(machine: Machine, why: string): readonly MachineLine[] {
  const channels = machine.dmaDevices.reduce((sum, device) => sum + device.channels, 0);
  return [
    {
      label: machine.title,
      description: why,
      tooltip: `${machine.title} (${machine.name})\n\n${machine.source}`,
      icon: 'server',
      source: machine.source,
    },
    ...machine.nodes.map((node, row) => nodeLine(machine, node, row)),
    ...(machine.pairs.length > 0 ? [pairsLine(machine.pairs)] : []),
    {
      label: 'DMA',
      description:
        channels === 0
          ? 'none'
          : `${plural(machine.dmaDevices.length, 'device')} · ${plural(channels, 'channel')}`,
      tooltip: 'DMA engines that can copy folios, and their dmaengine channels',
      icon: 'circuit-board',
      expanded: true,
      ...(channels > 0 && { children: () => machine.dmaDevices.map(deviceLine) }),
    },
    settingLine(
      'IOMMU',
      machine.iommu,
      'What a DMA mapping costs: nothing when off; lazy flushes once for many unmaps, strict at each.',
    ),
    quantityLine('CPU clock', machine.cpuHertz, 'Hz', 'Turns time into the cycles per page of the RFC.'),
    {
      label: 'Costs',
      description: plural(Object.keys(machine.costs).length, 'number'),
      tooltip: 'What each step of a migration costs on this machine, and where the number comes from',
      icon: 'symbol-numeric',
      children: () => named(COSTS, machine.costs, (entry) => entry.unit),
    },
    {
      label: 'Variation between runs',
      description: 'coefficients of variation',
      tooltip: 'How much groups of costs vary from run to run',
      icon: 'pulse',
      children: () => named(VARIATIONS, machine.variation, () => ''),
    },
  ];
}

function nodeLine(machine: Machine, node: MachineNode, row: number): MachineLine {
  const memory = node.memory === 'unknown' ? '' : node.memory.toUpperCase();
  const bytes = node.memoryBytes === null ? '' : formatBytes(node.memoryBytes);
  const cpus = node.cpus.length === 0 ? 'no CPUs' : plural(node.cpus.length, 'CPU');
  const description = [cpus, memory, bytes].filter((part) => part !== '').join(' · ');
  const distances = machine.distances?.[row] ?? null;
  return {
    label: `node ${node.id}`,
    description,
    tooltip: `NUMA node ${node.id}: ${description}`,
    icon: node.cpus.length === 0 ? 'database' : 'chip',
    expanded: true,
    children: () => [
      {
        label: 'CPUs',
        description: formatCpus(node.cpus),
        tooltip: `CPUs of node ${node.id}`,
        icon: 'symbol-array',
      },
      ...(distances ?? []).map((distance, column) => {
        const other = machine.nodes[column]?.id ?? column;
        return {
          label: `distance to node ${other}`,
          description: String(distance),
          tooltip: `SLIT distance from node ${node.id} to node ${other}; 10 is local`,
          icon: 'arrow-both',
        };
      }),
    ],
  };
}

/** The ways between nodes that have figures of their own. */
function pairsLine(pairs: readonly NodePair[]): MachineLine {
  return {
    label: 'Between nodes',
    description: plural(pairs.length, 'pair'),
    tooltip: 'Pairs of nodes whose copies differ from what the costs say, each in one direction',
    icon: 'arrow-both',
    children: () =>
      pairs.flatMap(({ from, to, copyMemory, copyPage, nodeLink }) => {
        const way = `${from} → ${to}`;
        return [
          ...(copyMemory === null
            ? []
            : [quantityLine(`${way} copyMemory`, copyMemory, 'GB/s', COSTS.copyMemory.meaning)]),
          ...(copyPage === undefined
            ? []
            : [quantityLine(`${way} copyPage`, copyPage, 'ns', COSTS.copyPage.meaning)]),
          ...(nodeLink === null
            ? []
            : [quantityLine(`${way} nodeLink`, nodeLink, 'GB/s', COSTS.nodeLink.meaning)]),
        ];
      }),
  };
}

function deviceLine(device: DmaDevice): MachineLine {
  const place = device.node === null ? 'node unknown' : `node ${device.node}`;
  const description = [device.driver, plural(device.channels, 'channel'), place].join(' · ');
  return {
    label: device.name,
    description,
    tooltip: `DMA device ${device.name}: ${description}\n\n${deviceShape(device)}`,
    icon: 'arrow-swap',
    children: () =>
      Array.from({ length: device.channels }, (_, channel) => ({
        label: `${device.name}chan${channel}`,
        description: '',
        tooltip: `dmaengine channel ${channel} of ${device.name}`,
        icon: 'dash',
      })),
  };
}

function deviceShape({
  channels,
  engines,
  queueDepth,
  inFlight,
  completionWindow,
  interrupts,
}: DmaDevice): string {
  return [
    `${plural(engines, 'engine')} for ${plural(channels, 'channel')}`,
    queueDepth === null ? 'no limit to a queue' : `${plural(queueDepth, 'descriptor')} in a queue`,
    `${inFlight} in flight`,
    completionWindow === 1 ? 'completed in order' : `any of ${completionWindow} may complete next`,
    interrupts === 'per-descriptor' ? 'an interrupt for each descriptor' : 'an interrupt for each list',
  ].join(', ');
}

function named<Name extends string, Entry extends { readonly meaning: string }>(
  entries: Readonly<Record<Name, Entry>>,
  values: Readonly<Record<Name, Quantity>>,
  unit: (entry: Entry) => string,
): readonly MachineLine[] {
  return (Object.keys(entries) as Name[]).map((name) =>
    quantityLine(name, values[name], unit(entries[name]), entries[name].meaning),
  );
}

function quantityLine(label: string, quantity: Quantity, unit: string, meaning: string): MachineLine {
  const amount = formatQuantity(quantity.value, unit);
  return {
    label,
    description: `${amount} · ${quantity.kind}`,
    tooltip: `${label}: ${amount}\n\n${meaning}\n\n${quantity.kind}: ${quantity.source}`,
    icon: quantity.kind === 'assumed' ? 'question' : 'symbol-number',
    context: TREE_CONTEXT.cost,
    source: `${label} = ${amount} (${quantity.kind}: ${quantity.source})`,
  };
}

function settingLine(label: string, { value, kind, source }: Setting<string>, meaning: string): MachineLine {
  return {
    label,
    description: `${value} · ${kind}`,
    tooltip: `${label}: ${value}\n\n${meaning}\n\n${kind}: ${source}`,
    icon: kind === 'assumed' ? 'question' : 'settings-gear',
    context: TREE_CONTEXT.cost,
    source: `${label} = ${value} (${kind}: ${source})`,
  };
}

function formatQuantity(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'Hz') return `${formatNumber(value / 1e9)} GHz`;
  return unit === '' ? formatNumber(value) : `${formatNumber(value)} ${unit}`;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

export interface ShownMachine {
  /** The machine designs are played on, and who chose it. */
  readonly machine: Machine;
  readonly why: string;
  /** The machine that the trace in front was recorded on, as far as it is known. */
  readonly recorded: TraceMachine | null;
}

export class MachineTree implements vscode.TreeDataProvider<MachineLine> {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly current: () => ShownMachine;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(current: () => ShownMachine) {
    this.current = current;
  }

  get machineName(): string {
    return this.current().machine.name;
  }

  /** Which machine is shown and why: tells whether a refresh would show anything else. */
  title(): string {
    const { machine, why, recorded } = this.current();
    return `${machine.name} ${why} ${JSON.stringify(recorded)}`;
  }

  refresh(): void {
    this.changed.fire();
  }

  getChildren(line?: MachineLine): MachineLine[] {
    if (line !== undefined) return [...(line.children?.() ?? [])];
    const { machine, why, recorded } = this.current();
    return [...machineLines(machine, why), ...recordedLines(recorded)];
  }

  getTreeItem(line: MachineLine): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    const state = line.children === undefined ? None : line.expanded === true ? Expanded : Collapsed;
    const item = new vscode.TreeItem(line.label, state);
    item.description = line.description;
    item.tooltip = line.tooltip;
    item.iconPath = new vscode.ThemeIcon(line.icon);
    item.accessibilityInformation = { label: `${line.label} ${line.description}` };
    if (line.context !== undefined) item.contextValue = line.context;
    return item;
  }
}
