// @ts-check
/** Coverage of the unit suites over src/, as the source maps tell it; fails below the thresholds. */

const THRESHOLDS = /** @type {const} */ ({ lines: 94, branches: 85 });

/** @type {import('monocart-coverage-reports').CoverageReportOptions} */
export default {
  name: 'MigTrace unit suites',
  outputDir: 'coverage',
  reports: [['console-summary', { metrics: ['lines', 'branches', 'functions'] }], 'v8'],
  entryFilter: { '**/node_modules/**': false, '**/out/test/**': true, '**/dist/**': true },
  sourceFilter: (source) => /(^|\/)src\/[a-z]/.test(source) && !source.includes('node_modules'),
  onEnd: (results) => {
    if (results === undefined) throw new Error('no coverage was recorded');
    for (const [metric, least] of Object.entries(THRESHOLDS)) {
      const { pct } = results.summary[/** @type {keyof typeof THRESHOLDS} */ (metric)];
      if (typeof pct === 'number' && pct >= least) continue;
      console.error(`coverage: ${metric} ${pct} % are below ${least} %.`);
      process.exitCode = 1;
    }
  },
};
