/** How the kernels differ, one field per difference; shared/known sources: mm/migrate.c of the version named. */
import type { KernelRulesName } from '../sim/run';

export interface KernelRules {
  readonly name: KernelRulesName;
  /** __migrate_folio() copies before __folio_migrate_mapping() (6.11 and later); before, mapping first. */
  readonly copyBeforeSwitch: boolean;
  /** A partially mapped folio on the deferred-split list is split before unmap (6.12 and later). */
  readonly splitsDeferredFirst: boolean;
}

/** 7.2 has the rules of 6.12 in everything that is modelled here; it is named so that a trace of it replays under its own name. */
export const RULES: Readonly<Record<KernelRulesName, KernelRules>> = {
  '6.8': { name: '6.8', copyBeforeSwitch: false, splitsDeferredFirst: false },
  '6.12': { name: '6.12', copyBeforeSwitch: true, splitsDeferredFirst: true },
  '7.2': { name: '7.2', copyBeforeSwitch: true, splitsDeferredFirst: true },
};

/** NR_MAX_BATCHED_MIGRATION, mm/migrate.c: HPAGE_PMD_NR, in base pages. */
export const NR_MAX_BATCHED_MIGRATION = 512;
/** NR_MAX_MIGRATE_PAGES_RETRY, mm/migrate.c: passes of an ASYNC call. */
export const NR_MAX_MIGRATE_PAGES_RETRY = 10;
/** NR_MAX_MIGRATE_ASYNC_RETRY: passes of the batch that a SYNC call tries first. */
export const NR_MAX_MIGRATE_ASYNC_RETRY = 3;
/** NR_MAX_MIGRATE_SYNC_RETRY: passes of each folio that a SYNC call then takes alone. */
export const NR_MAX_MIGRATE_SYNC_RETRY = 7;
export const ENOMEM = 12;

/**
 * The rules that fit a kernel release: 6.1 and 6.2 work folio by folio and have no rules here yet
 * (null); 6.3 to 6.10 as 6.8; 6.11 to 6.17 as 6.12; later ones as 7.2.
 */
export function rulesForRelease(release: string | null): KernelRulesName | null {
  const match = /(\d+)\.(\d+)/.exec(release ?? '');
  if (match === null) return '6.8';
  const version = Number(match[1]) * 100 + Number(match[2]);
  if (version < 603) return null;
  if (version < 611) return '6.8';
  return version < 618 ? '6.12' : '7.2';
}
