/**
 * What work of a run shares: links, the channel of RFC v1, and the allocators of nodes, each with a capacity per ps.
 * docs/MODEL.md, "Contention", says who crosses which.
 */
import type { FolioClass } from '../folio/span';
import type { CostModel } from '../machine/costModel';
import { CPUS_PER_CCD } from '../machine/costModel';
import type { Machine } from '../machine/machine';
import { PS_PER_NS } from '../../base/units';

export class Links {
  /** Per ps, by link. Grows; a capacity does not change. */
  readonly capacities: number[] = [];
  private readonly machine: Machine;
  private readonly lanes: number;
  private readonly ccds: number;
  private readonly numbers = new Map<number, number>();
  private readonly routes = new Map<number, readonly number[]>();
  private readonly allocators: (readonly number[])[] = [];
  /** By engine, and by CCD + 1: the route last asked for. Most calls move between one pair of nodes. */
  private readonly engineRoutes: Route[] = [];
  private readonly ccdRoutes: Route[] = [];

  /** `lanes`: CPUs that migrate beside each other. */
  constructor(machine: Machine, lanes = 1) {
    this.machine = machine;
    this.lanes = lanes;
    const cpus = machine.nodes.reduce((sum, node) => sum + node.cpus.length, 0);
    this.ccds = Math.max(1, Math.ceil(cpus / CPUS_PER_CCD));
  }

  /**
   * Whether the allocator of a node can be asked for more than it gives: every step that takes its lock lasts at least one
   * allocation. If not, each step takes what it takes alone, and needs no flow to find that out.
   */
  canFillAllocator({ alloc, allocLock }: CostModel): boolean {
    return this.lanes * allocLock > alloc * (1 - 1e-9);
  }

  /** The zone lock of a node; nothing where the node is unknown. */
  allocator(node: number): readonly number[] {
    if (node < 0) return NOTHING;
    return (this.allocators[node] ??= [this.link(key(ALLOCATOR, node, 0), 1)]);
  }

  /** The one channel of RFC v1. */
  channel(): readonly number[] {
    const id = key(CHANNEL, 0, 0);
    return this.routes.get(id) ?? this.route(id, [this.link(id, 1)]);
  }

  /** What a copy by `cpu` (-1: unknown) crosses. */
  cpuCopy(cpu: number, of: FolioClass, costs: CostModel): readonly number[] {
    const ccd = cpu < 0 ? -1 : Math.floor(cpu / CPUS_PER_CCD);
    return this.copy(ccd, of, costs);
  }

  /** What worker thread `thread` crosses. */
  threadCopy(
    thread: number,
    placement: 'spread' | 'fill',
    of: FolioClass,
    costs: CostModel,
  ): readonly number[] {
    const ccd = placement === 'fill' ? Math.floor(thread / CPUS_PER_CCD) : thread % this.ccds;
    return this.copy(ccd, of, costs);
  }

  /** What a channel of `engine` crosses. */
  engineCopy(engine: number, of: FolioClass, costs: CostModel): readonly number[] {
    const last = this.engineRoutes[engine];
    if (last !== undefined && last.from === of.from && last.to === of.to) return last.links;
    const id = routeKey(ENGINE, engine, of);
    const links =
      this.routes.get(id) ??
      this.route(id, [
        this.link(key(ENGINE, engine, 0), this.perPs('engineBandwidth')),
        this.link(key(ENGINE_LINK, 0, 0), this.perPs('engineLink')),
        ...this.nodeLink(of, costs),
      ]);
    this.engineRoutes[engine] = { from: of.from, to: of.to, links };
    return links;
  }

  private copy(ccd: number, of: FolioClass, costs: CostModel): readonly number[] {
    const last = this.ccdRoutes[ccd + 1];
    if (last !== undefined && last.from === of.from && last.to === of.to) return last.links;
    const id = routeKey(CCD, ccd, of);
    const links =
      this.routes.get(id) ??
      this.route(id, [
        ...(ccd < 0 ? NOTHING : [this.link(key(CCD, ccd, 0), this.perPs('ccdLink'))]),
        this.link(key(CPU_COPIES, 0, 0), this.perPs('threadLink')),
        ...this.nodeLink(of, costs),
      ]);
    this.ccdRoutes[ccd + 1] = { from: of.from, to: of.to, links };
    return links;
  }

  private nodeLink({ from, to }: FolioClass, costs: CostModel): readonly number[] {
    if (from < 0 || to < 0 || from === to) return NOTHING;
    return [this.link(key(NODE_LINK, from, to), costs.nodeLink(from, to))];
  }

  private perPs(name: 'engineBandwidth' | 'engineLink' | 'ccdLink' | 'threadLink'): number {
    return this.machine.costs[name].value / PS_PER_NS;
  }

  private link(id: number, capacity: number): number {
    let number = this.numbers.get(id);
    if (number === undefined) {
      number = this.capacities.push(capacity) - 1;
      this.numbers.set(id, number);
    }
    return number;
  }

  private route(id: number, links: readonly number[]): readonly number[] {
    this.routes.set(id, links);
    return links;
  }
}

interface Route {
  readonly from: number;
  readonly to: number;
  readonly links: readonly number[];
}

const NOTHING: readonly number[] = [];
const [ALLOCATOR, CHANNEL, CCD, CPU_COPIES, NODE_LINK, ENGINE, ENGINE_LINK] = [0, 1, 2, 3, 4, 5, 6];

/** Kind and two numbers from -1 to 2^16 - 2 as one number. */
function key(kind: number, a: number, b: number): number {
  return (kind * 2 ** 16 + a + 1) * 2 ** 16 + b + 1;
}

/** The route of a kind over link `a` for folios of one pair of nodes. */
function routeKey(kind: number, a: number, { from, to }: FolioClass): number {
  return key(kind, a, from) * 2 ** 16 + to + 1;
}
