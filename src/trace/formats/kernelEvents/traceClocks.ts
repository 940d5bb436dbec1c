/** trace_clocks[] whose numbers are no ns (kernel/trace/trace.c): events, jiffies and CPU cycles. */
export const COUNTING_CLOCKS: ReadonlySet<string> = new Set(['counter', 'uptime', 'x86-tsc']);
