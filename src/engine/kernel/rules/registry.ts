/** The kernels whose rules can be played. A new one is one file here and one row below. */
import type { KernelRulesName } from '../../sim/run';
import type { KernelRules } from './kernelRules';
import { LINUX_6_1 } from './linux61';
import { LINUX_6_12 } from './linux612';
import { LINUX_6_8 } from './linux68';
import { LINUX_7_2 } from './linux72';

export const RULES: Readonly<Record<KernelRulesName, KernelRules>> = {
  '6.1': LINUX_6_1,
  '6.8': LINUX_6_8,
  '6.12': LINUX_6_12,
  '7.2': LINUX_7_2,
};

/** The rules that fit a kernel release: before 6.3 as 6.1; 6.3 to 6.10, and unknown ones, as 6.8; 6.11 to 6.17 as 6.12; later ones as 7.2. */
export function rulesForRelease(release: string | null): KernelRulesName {
  const match = /(\d+)\.(\d+)/.exec(release ?? '');
  if (match === null) return '6.8';
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const isBefore = (otherMajor: number, otherMinor: number) =>
    major < otherMajor || (major === otherMajor && minor < otherMinor);
  if (isBefore(6, 3)) return '6.1';
  if (isBefore(6, 11)) return '6.8';
  return isBefore(6, 18) ? '6.12' : '7.2';
}
