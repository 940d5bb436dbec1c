/** function_graph in our own instance: how long the steps of migrate_pages() take, by the kernel's own clock. */
import { codeOf, RecorderProblem } from './recorderProblem';
import { readOrEmpty, type SysFiles } from './sysFiles';

/**
 * Functions of mm/migrate.c, mm/rmap.c and mm/util.c that hold the steps: whole calls, unmap, flush, copy, remap, allocation. Which
 * of the static ones exist as functions of their own depends on the compiler, so the kernel's list decides.
 */
export const GRAPH_FUNCTIONS = [
  'migrate_pages',
  'migrate_pages_batch',
  'migrate_pages_sync',
  'migrate_folio_unmap',
  'try_to_migrate',
  'try_to_unmap_flush',
  'migrate_folio_move',
  'move_to_new_folio',
  'migrate_folio',
  'folio_copy',
  'folio_mc_copy',
  'folios_copy_dma',
  'folio_migrate_mapping',
  'remove_migration_ptes',
  // Where the compiler inlined the one before, only these show; both are called through a pointer or from another file.
  'remove_migration_pte',
  'remove_migration_pmd',
  'alloc_migration_target',
  'alloc_misplaced_dst_folio',
  'alloc_migrate_folio',
  'compaction_alloc',
] as const;

const EVENTS = ['ftrace/funcgraph_entry', 'ftrace/funcgraph_exit'] as const;

/**
 * Switches it on in an instance and returns the events it writes. set_graph_function exists once for all of tracing,
 * so the functions are chosen with the instance's own set_ftrace_filter.
 */
export function setUpFunctionGraph(files: SysFiles, tracefs: string, folder: string): readonly string[] {
  const tracers = readOrEmpty(files, `${tracefs}/available_tracers`).trim().split(/\s+/);
  if (!tracers.includes('function_graph')) {
    throw new RecorderProblem(
      `This kernel has no function_graph tracer (CONFIG_FUNCTION_GRAPH_TRACER); it has ${tracers.join(', ')}. Record without it: calls, folios and flushes are recorded all the same.`,
    );
  }
  const traceable = new Set(
    readOrEmpty(files, `${tracefs}/available_filter_functions`)
      .split('\n')
      .map((line) => line.split(' ')[0] ?? ''),
  );
  const functions = GRAPH_FUNCTIONS.filter((name) => traceable.has(name));
  if (functions.length === 0) {
    throw new RecorderProblem(
      'None of the functions of page migration can be traced in this kernel (available_filter_functions). Record without function_graph.',
    );
  }
  files.write(`${folder}/set_ftrace_filter`, functions.join('\n'));
  try {
    files.write(`${folder}/current_tracer`, 'function_graph');
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
    throw new RecorderProblem(
      'This kernel runs function_graph only in the top-level buffer, not in an instance, and that buffer may be in use: it is left alone. Record without it, or use trace-cmd record -p function_graph -l migrate_pages and open its trace.dat.',
    );
  }
  return EVENTS;
}
