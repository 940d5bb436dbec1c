import type { KernelRules } from './kernelRules';
import { LINUX_6_8 } from './linux68';

/** 6.12.107, which stands for 6.11 to 6.17: copy before mapping, and partially mapped folios are split first. */
export const LINUX_6_12: KernelRules = {
  ...LINUX_6_8,
  name: '6.12',
  copyBeforeSwitch: true,
  splitsDeferredFirst: true,
  compactsLargeFolios: true,
  countsPromotions: 'inTieringMode',
};
