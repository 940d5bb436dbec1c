/**
 * Cost of looking into a run, by CPU time: the states of 1,000 folios that follow each other, and the counters, at
 * random places and instants; what the first question of each kind costs beyond that (it builds an index); and the
 * exact latency of all folios. Medians of nine rounds. The last column is the growth since the smallest run.
 *
 * Usage: npm run bench:probe
 */
import { latencyOf } from '../src/analysis/latency';
import { createRng } from '../src/base/rng';
import { GrowableTable } from '../src/base/columns';
import type { FolioFate, Workload } from '../src/engine/folio/workload';
import {
  CALL_FLAGS,
  CALL_SCHEMA,
  FOLIO_FATES,
  FOLIO_KINDS,
  FOLIO_MAPPINGS,
  FOLIO_RUN_SCHEMA,
} from '../src/engine/folio/workload';
import { modeCode, reasonCode } from '../src/engine/kernel/modes';
