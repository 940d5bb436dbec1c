/** Named DMA devices. A new one is one file here and one row below. */
import type { DevicePreset } from './devicePreset';
import { DSA } from './dsa';
import { IOAT } from './ioat';
import { PTDMA } from './ptdma';
import { SDXI } from './sdxi';

export const DEVICE_PRESETS: Readonly<Record<string, DevicePreset>> = {
  [PTDMA.name]: PTDMA,
  [SDXI.name]: SDXI,
  [DSA.name]: DSA,
  [IOAT.name]: IOAT,
};
