/**
 * What the steps of alike folios take in calls that cost alike: worked out once, however many stretches of such folios a
 * workload has.
 */
import type { Alike, FolioClass } from '../folio/span';
import { PAGE_BYTES } from '../../base/units';
import type { CostModel } from '../machine/costModel';
import { pageTableEntries } from '../machine/costModel';
import type { Share } from '../sim/callRecorder';
import type { Links } from '../sim/links';
import type { StepShape } from '../sim/stepShapes';
import { stepShape } from '../sim/stepShapes';
import type { KernelRules } from './rules/kernelRules';

/** What one folio takes of an engine. */
export interface EngineShare {
  readonly amount: number;
  readonly alone: number;
  readonly links: readonly number[];
}

export class FolioSteps {
  /** Page table entries that map one folio. */
  readonly entries: number;
  /** Unmapped, the flush left to the batch; and with the flush of each entry at once. */
  readonly unmap: StepShape;
  readonly unmapAndFlush: StepShape;
  /** In the ordinary loop: with its copy by this CPU, or with its content at the destination. */
  readonly move: StepShape;
  readonly moveCopied: StepShape;
  /** A folio of a scatter list. */
  readonly setup: StepShape;
  readonly release: StepShape;
  /** The mapping of a batch whose contents are copied together, and its remap. */
  readonly switchMapping: StepShape;
  readonly remap: StepShape;
  private readonly of: FolioClass;
  private readonly costs: CostModel;
  private readonly copyStretch: number;
  private readonly copyShares: Share[] = [];
  private readonly engineShares: EngineShare[] = [];
  private allocator: Share | undefined;

  constructor(of: FolioClass, costs: CostModel, rules: KernelRules) {
    this.of = of;
    this.costs = costs;
    this.entries = pageTableEntries(of);
    const { alloc, finish, sgSubmit } = costs;
    const [unmap, remap, copy] = [costs.unmap(of), costs.remap(of), costs.copy(of)];
    this.unmap = stepShape('unmap', [alloc, unmap, 0]);
    this.unmapAndFlush = stepShape('unmap', [alloc, unmap, costs.immediateFlush(this.entries)]);
    const interleaved = costs.switchMapping(true);
    this.copyStretch = rules.copyBeforeSwitch ? 0 : 1;
    this.move = rules.copyBeforeSwitch
      ? stepShape('moveCopySwitch', [copy, interleaved, remap, finish])
      : stepShape('moveSwitchCopy', [interleaved, copy, remap, finish]);
    this.moveCopied = stepShape('moveCopied', [costs.switchMapping(false), remap, finish]);
    this.setup = stepShape('setup', [costs.sgMap(of), sgSubmit]);
    this.release = stepShape('release', [costs.sgUnmap(of)]);
    this.switchMapping = stepShape('switch', [costs.switchMapping(false)]);
    this.remap = stepShape('remap', [remap, finish]);
  }

  /** What the copy of `move` by `cpu` takes of memory links. */
  copyShare(links: Links, cpu: number): Share {
    return (this.copyShares[cpu + 1] ??= {
      links: links.cpuCopy(cpu, this.of, this.costs),
      amount: this.of.pages * PAGE_BYTES,
      stretch: this.copyStretch,
    });
  }

  /** What an allocation takes of the destination's allocator. */
  allocatorShare(links: Links): Share {
    return (this.allocator ??= {
      links: links.allocator(this.of.to),
      amount: this.costs.allocLock,
      stretch: 0,
    });
  }

  /** What `channel`, with so many descriptors in flight, takes of its engine. */
  engineShare(links: Links, channel: number, engine: number, inFlight: number): EngineShare {
    return (this.engineShares[channel] ??= {
      amount: this.of.pages * PAGE_BYTES,
      alone: this.costs.engineCopy(this.of, inFlight),
      links: links.engineCopy(engine, this.of, this.costs),
    });
  }
}

/** The steps of all folios in calls of one cost model. */
export class StepBook {
  readonly costs: CostModel;
  private readonly rules: KernelRules;
  private readonly known = new Map<Alike, FolioSteps>();
  /** The last that were asked for: most often those of the next question too. */
  private lastAlike: Alike | null = null;
  private last: FolioSteps | null = null;

  constructor(costs: CostModel, rules: KernelRules) {
    this.costs = costs;
    this.rules = rules;
  }

  of(folio: FolioClass): FolioSteps {
    const { alike } = folio;
    if (this.lastAlike === alike && this.last !== null) return this.last;
    let steps = this.known.get(alike);
    if (steps === undefined) this.known.set(alike, (steps = new FolioSteps(folio, this.costs, this.rules)));
    this.lastAlike = alike;
    this.last = steps;
    return steps;
  }
}
