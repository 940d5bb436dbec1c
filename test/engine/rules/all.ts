/** Every kernel rule that has tests. */
import type { Rule } from '../../support/ruleTests';
import { ACCOUNTING_RULES } from './accounting';
import { BATCH_RULES } from './batches';
import { CALLER_RULES } from './callers';
import { COUNTER_RULES } from './counters';
import { DESIGN_RULES } from './designs';
import { EVERY_CALLER_RULES } from './everyCaller';
import { FAILURE_RULES } from './failures';
import { FATE_RULES } from './fates';
import { FLUSH_RULES } from './flushes';
import { MORE_CALLER_RULES } from './moreCallers';
import { NO_MEMORY_RULES } from './noMemory';

export const ALL_RULES: readonly Rule[] = [
  ...BATCH_RULES,
  ...FAILURE_RULES,
  ...NO_MEMORY_RULES,
  ...FLUSH_RULES,
  ...CALLER_RULES,
  ...MORE_CALLER_RULES,
  ...EVERY_CALLER_RULES,
  ...ACCOUNTING_RULES,
  ...COUNTER_RULES,
  ...DESIGN_RULES,
  ...FATE_RULES,
];
