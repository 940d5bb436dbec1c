/** What channels and worker threads do by themselves, beside the migrating CPUs. */
import type { OracleCall } from './oracleCall';
import { takeChunk } from './oracleDivide';
import type { Resource } from './oracleFair';
import type { OracleFolio } from './oracleFolio';
import type { OracleChannel } from './oracleHardware';
import type { Play, Process } from './oracleWorld';
import { wholePs } from './oracleWorld';

/** Channels and threads go on before lanes at the same instant, the lowest first. */
const BEFORE_LANES = -1_000_000;
/** A list that begins comes after the channels that work already. */
const BEGINS = 10_000;

/** What a channel has done of its list. */
export interface ChannelWork {
  readonly channel: OracleChannel;
  readonly process: Process;
  readonly done: OracleFolio[];
}

/** A channel copies its list, folio after folio, from `begin` on, or when what is queued before is done. */
export function startList(
  call: OracleCall,
  channel: OracleChannel,
  list: readonly OracleFolio[],
  begin: number,
): ChannelWork {
  const done: OracleFolio[] = [];
  return startOn(call, channel, begin, done, copyList(call, channel, list, done));
}

/** A channel that takes chunks of what is left for all. One that is lost stops after half of its first. */
export function startStealing(
  call: OracleCall,
  channel: OracleChannel,
  left: OracleFolio[],
  channels: number,
  begin: number,
  stopsInFirst: boolean,
): ChannelWork {
  const done: OracleFolio[] = [];
  const isAtWork = () => (work.process.rank = BEFORE_LANES + channel.number);
  const routine = steal(call, channel, left, channels, done, stopsInFirst, isAtWork);
  const work = startOn(call, channel, begin, done, routine);
  work.process.rank += BEGINS;
  return work;
}

function startOn(
  { hardware: { world } }: OracleCall,
  channel: OracleChannel,
  begin: number,
  done: OracleFolio[],
  routine: Play<number>,
): ChannelWork {
  const before = channel.last;
  const process = world.begin(
    BEFORE_LANES + channel.number,
    () => Math.max(begin, before?.endedAt ?? 0),
    routine,
  );
  channel.last = process;
  return { channel, process, done };
}

function* copyList(
  call: OracleCall,
  channel: OracleChannel,
  list: readonly OracleFolio[],
  done: OracleFolio[],
): Play<number> {
  const { world } = call.hardware;
  const begin = world.clock;
  for (const folio of list) {
    const bytes = folio.pages * 4096;
    const alone = call.costs.engineCopy(folio, channel.inFlight);
    const crosses = call.hardware.crossedByChannel(channel, folio);
    yield* copyBeside(call, channel.number, folio, { bytes, alone, crosses });
    call.log.push({ time: world.clock, folio, what: 'copied', duration: 0, by: channel.number });
    done.push(folio);
  }
  const end = wholePs(world.clock);
  addBusy(call, channel.number, end - begin);
  return end;
}

function* steal(
  call: OracleCall,
  channel: OracleChannel,
  left: OracleFolio[],
  channels: number,
  done: OracleFolio[],
  stopsInFirst: boolean,
  isAtWork: () => void,
): Play<number> {
  const { world } = call.hardware;
  let now = world.clock;
  for (let chunks = 0; left.length > 0; chunks++) {
    const chunk = takeChunk(left, channels);
    isAtWork();
    if (chunks > 0) {
      // It costs the channel time, so it counts as busy.
      now += call.costs.channelIssue;
      addBusy(call, channel.number, call.costs.channelIssue);
    }
    const begin = now;
    yield () => begin;
    if (stopsInFirst) chunk.length = Math.floor(chunk.length / 2);
    now = yield* copyList(call, channel, chunk, done);
    if (stopsInFirst) break;
    const end = now;
    yield () => end;
  }
  return now;
}

function addBusy({ hardware: { account } }: OracleCall, track: number, duration: number): void {
  account.busy[track] = (account.busy[track] ?? 0) + duration;
}

export interface BesideCopy {
  readonly bytes: number;
  readonly alone: number;
  readonly crosses: readonly Resource[];
}

/** One folio, or a slice of it, on a channel or thread. */
function* copyBeside(
  call: OracleCall,
  by: number,
  folio: OracleFolio,
  { bytes, alone, crosses }: BesideCopy,
): Play<void> {
  const { world } = call.hardware;
  const begin = world.clock;
  if (alone > 0) {
    const flow = world.beginFlow(bytes, alone, crosses);
    yield () => flow.endedAt;
  }
  call.log.push({ time: begin, folio, what: 'copy', duration: world.clock - begin, by });
}

/** Worker threads: each copies its run of folios, or its slice of every folio. */
export function startThread(
  call: OracleCall,
  thread: number,
  slices: number,
  work: readonly { readonly folio: OracleFolio; readonly isLast: () => boolean }[],
  begin: number,
): Process {
  const { hardware } = call;
  return hardware.world.begin(BEFORE_LANES + 1000 * call.lane + thread, () => begin, copyWork());

  function* copyWork(): Play<number> {
    for (const { folio, isLast } of work) {
      const bytes = (folio.pages * 4096) / slices;
      // The cost of a folio is rounded; a slice takes its part of it, whole or not.
      const alone = call.costs.threadCopy(folio) / slices;
      if (!Number.isInteger(alone)) hardware.world.wasBound = true;
      const crosses = hardware.crossedByThread(thread, call.config.placement, folio);
      yield* copyBeside(call, thread, folio, { bytes, alone, crosses });
      if (isLast())
        call.log.push({ time: hardware.world.clock, folio, what: 'copied', duration: 0, by: thread });
    }
    const end = wholePs(hardware.world.clock);
    addBusy(call, thread, end - begin);
    return end;
  }
}
