/** Constants of mm/migrate.c that all kernels share; the retries of SYNC calls exist since 6.3. */

/** NR_MAX_BATCHED_MIGRATION: HPAGE_PMD_NR, in base pages. */
export const NR_MAX_BATCHED_MIGRATION = 512;
/** NR_MAX_MIGRATE_PAGES_RETRY: passes of an ASYNC call, of hugetlb folios, and of every call of 6.1. */
export const NR_MAX_MIGRATE_PAGES_RETRY = 10;
/** NR_MAX_MIGRATE_ASYNC_RETRY: passes of the batch that a SYNC call tries first. */
export const NR_MAX_MIGRATE_ASYNC_RETRY = 3;
/** NR_MAX_MIGRATE_SYNC_RETRY: passes of each folio that a SYNC call then takes alone. */
export const NR_MAX_MIGRATE_SYNC_RETRY = 7;
/** Index of the first pass that sleeps for a lock or for writeback, where `force` = pass > 2 (hugetlb, and all folios of 6.1). */
export const FIRST_FORCED_PASS = 3;
export const ENOMEM = 12;
