/**
 * What one would write first: every folio an object, every step of a folio an event with a closure. Plays
 * docs/MODEL.md for the designs of `PlainPlan`; three events per folio (unmapped, copied, remapped), the
 * rest of a batch in one event each.
 */
import { EventQueue } from './eventQueue';
import type { Copier } from './links';
import { Links } from './links';
import type { PlainCall, PlainFolioClass, PlainPlan } from './plan';

interface Folio {
  readonly kind: PlainFolioClass;
  unmapped: number;
  copied: number;
  remapped: number;
}

export interface PlainResult {
  /** When the last call ended, ps. */
  readonly end: number;
  /** Durations of all calls, ps. */
  readonly busy: number;
  readonly folios: number;
  readonly moved: number;
  readonly events: number;
  /** Mean over folios that moved of how long they were unmapped, ps: what the times of single folios are kept for. */
  readonly blocked: number;
}

/** MAX_DMA_CHANNELS, drivers/dma/dcbm/dcbm.c. */
const MOST_CHANNELS = 16;

export function playPlain(plan: PlainPlan): PlainResult {
  const queue = new EventQueue();
  const links = new Links(queue, plan.links);
  const channels = plan.engineOf.map((engine) => ({
    held: false,
    copier: links.copier([engine, plan.engineLink, plan.nodeLink]),
  }));
  const result = { end: 0, busy: 0, folios: 0, moved: 0, blocked: 0 };

  const finishFolio = (folio: Folio): void => {
    folio.remapped = queue.now;
    result.moved += folio.kind.pages;
    result.blocked += folio.remapped - folio.unmapped;
  };

  for (const { ccd, calls } of plan.cpus) {
    const cpu = links.copier([ccd, plan.cpuLink, plan.nodeLink]);
    const nextCall = (index: number): void => {
      const call = calls[index];
      if (call === undefined) return;
      const begin = queue.now;
      playCall(call, cpu, () => {
        result.busy += queue.now - begin;
        result.end = Math.max(result.end, queue.now);
        nextCall(index + 1);
      });
    };
    nextCall(0);
  }
  queue.run();
  return { ...result, blocked: result.blocked / Math.max(1, result.folios), events: queue.happened };

  function playCall(call: PlainCall, cpu: Copier, done: () => void): void {
    let run = 0;
    let taken = 0;
    let copyIsCold = true;
    queue.after(call.entry, nextBatch);

    function nextBatch(): void {
      const batch: Folio[] = [];
      let pages = 0;
      while (pages < plan.batchPages && run < call.runs.length) {
        const [kind, count] = call.runs[run] as readonly [number, number];
        if (taken === count) {
          run++;
          taken = 0;
          continue;
        }
        taken++;
        const folio: Folio = {
          kind: plan.classes[kind] as PlainFolioClass,
          unmapped: 0,
          copied: 0,
          remapped: 0,
        };
        pages += folio.kind.pages;
        batch.push(folio);
      }
      if (batch.length === 0) return done();
      result.folios += batch.length;
      unmap(batch, 0, false);
    }

    function unmap(batch: Folio[], at: number, deferred: boolean): void {
      const folio = batch[at];
      if (folio === undefined) {
        queue.after(deferred ? call.flush : 0, () => move(batch));
        return;
      }
      queue.after(folio.kind.unmap, () => {
        folio.unmapped = queue.now;
        unmap(batch, at + 1, deferred || folio.kind.deferred);
      });
    }

    function move(batch: Folio[]): void {
      const pinned = batch.filter((folio) => folio.kind.pinned);
      const free = pinned.length === 0 ? batch : batch.filter((folio) => !folio.kind.pinned);
      const then = (): void => giveBack(pinned);
      // In a batched design a pinned folio is found out where the others' mappings are switched.
      const found =
        plan.design === 'batch-cpu' || plan.design === 'dcbm-v3' ? sumOf(pinned, (kind) => kind.retry) : 0;
      if (free.length === 0) return void queue.after(found, then);
      switch (plan.design) {
        case 'serial':
          return moveEach(free, 0, then);
        case 'precopy':
          return offload(free, (copied) =>
            copied ? stepEach(free, 0, moveCopied, then) : moveEach(free, 0, then),
          );
        case 'dcbm-v3':
          return switchAll(free, found, () =>
            offload(free, (copied) => {
              if (copied) remapAll(free, then);
              else copyAll(free, then);
            }),
          );
        case 'batch-cpu':
          return switchAll(free, found, () => copyAll(free, then));
      }
    }

    /** The ordinary loop: each folio is copied and remapped before the next. */
    function moveEach(folios: Folio[], at: number, then: () => void): void {
      warm(() => copyEach(folios, at, (kind) => kind.move, finishFolio, then));
    }

    /** Copies one folio after the other by this CPU, then lets it rest. */
    function copyEach(
      folios: Folio[],
      at: number,
      cost: (kind: PlainFolioClass) => number,
      each: (folio: Folio) => void,
      then: () => void,
    ): void {
      const folio = folios[at];
      if (folio === undefined) {
        links.rest(cpu);
        return then();
      }
      links.copy(cpu, folio.kind.bytes, cost(folio.kind), () => {
        folio.copied = queue.now;
        each(folio);
        copyEach(folios, at + 1, cost, each, then);
      });
    }

    function switchAll(folios: Folio[], found: number, then: () => void): void {
      queue.after(found + sumOf(folios, (kind) => kind.switchOnly), then);
    }

    function copyAll(folios: Folio[], then: () => void): void {
      warm(() =>
        copyEach(
          folios,
          0,
          (kind) => kind.copyPass,
          () => {},
          () => remapAll(folios, then),
        ),
      );
    }

    function remapAll(folios: Folio[], then: () => void): void {
      stepEach(folios, 0, (kind) => kind.remapOnly, then);
    }

    function stepEach(
      folios: Folio[],
      at: number,
      cost: (kind: PlainFolioClass) => number,
      then: () => void,
    ): void {
      const folio = folios[at];
      if (folio === undefined) return then();
      queue.after(cost(folio.kind), () => {
        finishFolio(folio);
        stepEach(folios, at + 1, cost, then);
      });
    }

    /** One list per channel that is free; `then` is told whether there was one. */
    function offload(folios: Folio[], then: (copied: boolean) => void): void {
      const wanted = Math.min(plan.channels, folios.length, MOST_CHANNELS);
      const held = channels.filter((channel) => !channel.held).slice(0, wanted);
      if (held.length === 0) return then(false);
      for (const channel of held) channel.held = true;
      let working = held.length;
      let asleep = false;
      const wake = (): void => {
        queue.after(call.wakeup, () => {
          queue.after(sumOf(folios, (kind) => kind.release) + held.length * call.channelRelease, () => {
            for (const channel of held) channel.held = false;
            then(true);
          });
        });
      };
      const work = (copier: Copier, from: number, to: number): void => {
        const folio = folios[from];
        if (from === to || folio === undefined) {
          links.rest(copier);
          working--;
          if (working === 0 && asleep) wake();
          return;
        }
        links.copy(copier, folio.kind.bytes, folio.kind.transfer, () => {
          folio.copied = queue.now;
          work(copier, from + 1, to);
        });
      };
      const issue = (number: number): void => {
        const channel = held[number];
        if (channel === undefined) {
          asleep = true;
          if (working === 0) wake();
          return;
        }
        queue.after(call.channelIssue, () => {
          const from = Math.floor((folios.length * number) / held.length);
          const to = Math.floor((folios.length * (number + 1)) / held.length);
          work(channel.copier, from, to);
          issue(number + 1);
        });
      };
      queue.after(held.length * call.channelSetup + sumOf(folios, (kind) => kind.setup), () => issue(0));
    }

    /** Pinned folios: all passes in vain, given back; then each alone, again in vain. */
    function giveBack(pinned: Folio[]): void {
      if (pinned.length === 0) return nextBatch();
      const ofAlone = plan.design === 'dcbm-v3' ? 1 : 0;
      const inBatch = sumOf(pinned, (kind) => plan.passes * kind.retry + kind.undo);
      const alone = sumOf(
        pinned,
        (kind) => kind.unmapAlone + (plan.alonePasses + ofAlone) * kind.retry + kind.undo,
      );
      queue.after(inBatch + alone, nextBatch);
    }

    function warm(then: () => void): void {
      if (!copyIsCold) return then();
      copyIsCold = false;
      queue.after(call.coldCopy, then);
    }
  }
}

const moveCopied = (kind: PlainFolioClass): number => kind.switchOnly + kind.remapOnly;

function sumOf(folios: readonly Folio[], cost: (kind: PlainFolioClass) => number): number {
  let sum = 0;
  for (const folio of folios) sum += cost(folio.kind);
  return sum;
}
