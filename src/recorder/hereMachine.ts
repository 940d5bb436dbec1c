/** The machine this runs on, out of sysfs and procfs: its nodes, their CPUs, memory, distances and page frames. */
import { type NamedText, readNodeFiles } from '../trace/companions/nodeFiles';
import type { TraceMachine } from '../trace/model';
import { readOrEmpty, type SysFiles } from './sysFiles';

const NODES = '/sys/devices/system/node';

/** null where the kernel has no NUMA support and tells of no node. */
export function machineOfHere(files: SysFiles): TraceMachine | null {
  const names = files.probe(NODES) === 'present' ? files.list(NODES) : [];
  const texts: NamedText[] = names
    .filter((name) => /^node\d+$/.test(name))
    .flatMap((node) =>
      ['cpulist', 'meminfo', 'distance'].map((file) => {
        const name = `${NODES}/${node}/${file}`;
        return { name, text: readOrEmpty(files, name) };
      }),
    );
  texts.push({ name: '/proc/zoneinfo', text: readOrEmpty(files, '/proc/zoneinfo') });
  const present = texts.filter(({ name, text }) => text !== '' || name.endsWith('cpulist'));
  const { value } = readNodeFiles(present);
  return value === null || value.nodes.length === 0 ? null : { ...value, name: 'the recorded machine' };
}
