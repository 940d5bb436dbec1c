/**
 * Branded units: a number that knows what it measures. All arithmetic that crosses units goes
 * through the helpers here, so that nanoseconds never meet picoseconds by accident.
 */
declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]?: Name };

/** Nanoseconds. Integers are exact to 104 days. */
export type Nanoseconds = Branded<'ns'>;
/**
 * Picoseconds, the engine's clock: costs are quantised to whole picoseconds, so that sums do not
 * depend on the order of additions. Integers are exact to 2.5 hours of simulated time.
 */
export type Picoseconds = Branded<'ps'>;
/** Base pages of 4 KiB, the unit of nr_succeeded and nr_failed. */
export type Pages = Branded<'pages'>;

/** Bytes of a base page (x86-64, PAGE_SHIFT 12). */
export const PAGE_BYTES = 4096;
/** log2 of the base pages in a PMD-sized folio (x86-64, HPAGE_PMD_ORDER). */
export const PMD_ORDER = 9;
export const PS_PER_NS = 1000;
export const PS_PER_S = 1e12;

export function nsToPs(ns: Nanoseconds): Picoseconds {
  return Math.round(ns * PS_PER_NS);
}
/** Base pages of a folio of `order`. */
export function pagesOfOrder(order: number): Pages {
  return order < 31 ? 1 << order : 2 ** order;
}
