/** Compares what can be seen at instants: states of folios, pages moved, folios out of reach. */
import { strict as assert } from 'node:assert';
import { countersAt } from '../../../src/engine/probe/countersAt';
import { folioStateAt } from '../../../src/engine/probe/folioStates';
import type { RunIndex } from '../../../src/engine/probe/runIndex';
import type { FolioState } from '../../../src/engine/probe/states';
import { logByFolio } from './compareSteps';
import type { OracleRun, PlayedCall } from './oracle';
import type { LogEntry, OracleFolio } from './oracleFolio';
import { oracleStateAt } from './oracleStates';

const BLOCKED: ReadonlySet<FolioState> = new Set(['unmapped', 'queued', 'copying', 'copied', 'remapping']);

/** Pages moved and folios out of reach at some instants, counted folio by folio. */
export function compareCounters(
  index: RunIndex,
  oracle: OracleRun,
  picks: readonly number[],
  tolerance: number,
): void {
  const { run } = index;
  const logs = oracle.calls.map(logByFolio);
  for (const pick of picks) {
    const time = Math.floor((run.end * (pick % 997)) / 996);
    const moved = { least: 0, most: 0 };
    const blocked = { least: 0, most: 0 };
    for (const [i, call] of oracle.calls.entries()) {
      for (const folio of call.folios) {
        const log = logs[i]?.get(folio.number) ?? [];
        const states = statesAround(folio, log, call, time, tolerance);
        if (states.includes('done')) moved.most += folio.pages;
        if (states.every((state) => state === 'done')) moved.least += folio.pages;
        if (states.some((state) => BLOCKED.has(state))) blocked.most++;
        if (states.every((state) => BLOCKED.has(state))) blocked.least++;
      }
    }
    const found = countersAt(index, time);
    assertBetween(found.pagesMoved, moved, `pages moved at ${time}`);
    assertBetween(found.blockedFolios, blocked, `blocked folios at ${time}`);
  }
}

/** States of some folios at some instants, and at the end. Where the oracle's own state changes within the tolerance, either will do. */
export function compareStates(
  index: RunIndex,
  row: number,
  call: PlayedCall,
  picks: readonly number[],
  tolerance: number,
): void {
  if (call.folios.length === 0) return;
  const { run } = index;
  const byFolio = logByFolio(call);
  const first = run.calls.first[row] ?? 0;
  for (const pick of picks) {
    const folio = call.folios[pick % call.folios.length];
    if (folio === undefined) continue;
    const log = byFolio.get(folio.number) ?? [];
    const span = call.now - call.start + 2;
    const instants = [call.start - 1 + (pick % span), call.now, run.end, ...log.map(({ time }) => time)];
    for (const time of instants) {
      const found = folioStateAt(index, first + folio.number, time);
      const expected = statesAround(folio, log, call, time, tolerance);
      // A run draws the slices of a folio one by one, so between two of them it looks copied: docs/MODEL.md, section 6.
      const isSliced = run.config?.path === 'threads' && found === 'copied' && expected.includes('copying');
      if (isSliced) continue;
      const where = `call ${call.row} folio ${folio.number} state at ${time}`;
      assert.ok(expected.includes(found), `${where}: ${found}, not ${expected.join(' or ')}`);
    }
  }
}

/** The states a folio has within `tolerance` ps of `time`. */
function statesAround(
  folio: OracleFolio,
  log: readonly LogEntry[],
  call: PlayedCall,
  time: number,
  tolerance: number,
): FolioState[] {
  const near = tolerance === 0 ? [] : [...log.map((entry) => entry.time), call.now];
  const times = [time, ...near.filter((at) => Math.abs(at - time) <= tolerance)];
  if (tolerance > 0) times.push(time - tolerance, time + tolerance);
  const states = times.map((at) => oracleStateAt(folio, log, call.now, at));
  // Between two tries a folio is on the list for no time at all, or for the rounding of a shared step.
  const isBetweenTries = log.some(
    ({ what, time: at }) => what === 'listed' && Math.abs(at - time) <= tolerance,
  );
  return tolerance > 0 && isBetweenTries ? [...states, 'listed'] : states;
}

function assertBetween(found: number, { least, most }: { least: number; most: number }, what: string): void {
  const range = least === most ? `${least}` : `${least} … ${most}`;
  assert.ok(found >= least && found <= most, `${what}: ${found}, not ${range}`);
}
