/** SimPy 2 on the same plan, in a Python process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveConfig } from '../../src/engine/sim/simulate';
import { planOf } from '../plain/plan';
import type { Measured } from './measured';
import type { BenchCase } from './workloads';

const SCRIPT = path.join('bench', 'simpy', 'migration.py');
/** Debian's package of SimPy 2; its Python need not be the first on the path. */
export const SIMPY_PACKAGE = 'python3-simpy';
const PYTHONS = ['python3', '/usr/bin/python3'] as const;

/** The first Python that has SimPy 2; null without one. */
export function findPython(): string | null {
  return PYTHONS.find((python) => spawnSync(python, ['-c', 'import SimPy.Simulation']).status === 0) ?? null;
}

/** One play, interpreter start and reading the plan not counted. */
export function measureSimpy(python: string, benchCase: BenchCase, folios: number): Measured {
  const folder = mkdtempSync(path.join(tmpdir(), 'migtrace-bench-'));
  try {
    const file = path.join(folder, 'plan.json');
    const { machine, config, workload } = benchCase;
    writeFileSync(file, JSON.stringify(planOf(workload(folios), machine, resolveConfig(config))));
    const { status, stdout, stderr } = spawnSync(python, [SCRIPT, file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${python} ${SCRIPT} ended with ${status}: ${stderr}`);
    const { end, busy, moved, events, cpuNs } = JSON.parse(stdout) as Record<string, number> & {
      end: number;
      busy: number;
      moved: number;
      events: number;
      cpuNs: number;
    };
    return {
      coldNs: cpuNs,
      warmNs: cpuNs,
      calls: 1,
      outcome: { end, busy, moved, bytes: null, steps: events },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
