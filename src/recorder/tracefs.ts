/** Where tracefs is mounted on this machine, and whether this user may record through it. */
import { codeOf, RecorderProblem } from './recorderProblem';
import { readOrEmpty, type SysFiles } from './sysFiles';

/** Where the kernel's documentation mounts it (Documentation/trace/ftrace.rst); the second is the old way through debugfs. */
const USUAL_PLACES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const;
const MOUNT = 'sudo mount -t tracefs nodev /sys/kernel/tracing';

/** Who asks, for the commands that are proposed. */
export interface Asker {
  /** process.platform. */
  readonly platform: string;
  /** Numeric user; -1 where the system has none. */
  readonly uid: number;
  /** The command that records with all rights, as it would be typed. */
  readonly sudoCommand: string;
}

/** The folder of tracefs. Throws a RecorderProblem that says what to run. */
export function findTracefs(files: SysFiles, asker: Asker): string {
  if (asker.platform !== 'linux') {
    throw new RecorderProblem(
      `Recording reads the tracefs of a Linux kernel, and this is ${asker.platform}. Connect VS Code to the Linux machine (Remote-SSH, WSL), or run migtrace there.`,
    );
  }
  const places = [...mountPoints(readOrEmpty(files, '/proc/mounts')), ...USUAL_PLACES];
  const probed = [...new Set(places)].map((place) => ({
    place,
    found: files.probe(`${place}/instances`),
  }));
  const usable = probed.find(({ found }) => found === 'present');
  if (usable !== undefined) return usable.place;
  const forbidden = probed.find(({ found }) => found === 'forbidden');
  if (forbidden !== undefined) throw forbiddenProblem(forbidden.place, asker);
  const filesystems = readOrEmpty(files, '/proc/filesystems');
  if (filesystems !== '' && !/\btracefs$/m.test(filesystems)) {
    throw new RecorderProblem(
      'This kernel has no tracefs (it was built without CONFIG_TRACING, or this is a sandbox that hides it): nothing can be recorded here.',
    );
  }
  throw new RecorderProblem(
    `tracefs is not mounted: neither ${USUAL_PLACES.join(' nor ')} holds it. Mount it, then record again.`,
    [MOUNT],
  );
}

/** Mount points of tracefs; spaces are written \040 there. */
function mountPoints(mounts: string): string[] {
  return mounts.split('\n').flatMap((line) => {
    const [, place, type] = line.split(' ');
    return type === 'tracefs' && place !== undefined ? [place.replaceAll('\\040', ' ')] : [];
  });
}

/**
 * What to do about files that this user may not use. Group rights do not suffice: the kernel makes its trace files
 * 0640 (TRACE_MODE_WRITE, kernel/trace/trace.h), so the owner has to change; `uid` is an option of tracefs
 * (fs/tracefs/inode.c, tracefs_param_specs), and instances made later inherit it.
 */
export function forbiddenProblem(place: string, asker: Asker): RecorderProblem {
  const grant = `sudo mount -o remount,uid=${asker.uid} ${place}`;
  return new RecorderProblem(
    `You (user ${asker.uid}) may not use ${place}, where the kernel is traced: it belongs to root. ` +
      'Record with sudo, or give it to your user until the next boot; mounting it again with uid=0 takes it back.',
    [asker.sudoCommand, grant],
  );
}

/** Turns what the system says when an instance is made or set up into what to do. */
export function tracefsProblem(error: unknown, what: string, place: string, asker: Asker): RecorderProblem {
  if (error instanceof RecorderProblem) return error;
  const code = codeOf(error);
  if (code === 'EACCES' || (code === 'EPERM' && asker.uid !== 0)) return forbiddenProblem(place, asker);
  if (code === 'EPERM') {
    return new RecorderProblem(
      `The kernel forbids tracing even to root (${what}: EPERM). See cat /sys/kernel/security/lockdown: with [confidentiality], boot without lockdown=confidentiality. In a container, record on the host.`,
      ['cat /sys/kernel/security/lockdown'],
    );
  }
  if (code === 'EROFS') {
    return new RecorderProblem(
      `${place} is mounted read-only (${what}): in a container, record on the host; else mount it again for writing.`,
      [`sudo mount -o remount,rw ${place}`],
    );
  }
  if (code === 'ENOMEM') {
    return new RecorderProblem(
      `The kernel has no memory for these buffers (${what}: ENOMEM). Ask for smaller ones with --buffer; they are per CPU.`,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new RecorderProblem(`${what} failed: ${reason}.`);
}
