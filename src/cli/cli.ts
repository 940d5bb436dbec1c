/** `migtrace`: the same core as the extension, for terminals, scripts and cluster jobs. */
import { setFlagsFromString } from 'node:v8';
import { UsageError, WorkError } from './usage';
import type { Verb, VerbContext } from './usage';

/** Each is loaded when it is wanted: what the others need would take memory. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  info: async () => {
    // It sums up what it reads and lets go of it: a young generation that grows would only hold what is gone.
    setFlagsFromString('--semi-space-growth-factor=1');
    return (await import('./verbs/info')).info;
  },
  record: async () => (await import('./verbs/record/record')).record,
  replay: async () => (await import('./verbs/replay/replay')).replay,
  overhead: async () => (await import('./verbs/overhead')).overhead,
  reproduce: async () => (await import('./verbs/reproduce')).reproduce,
  synth: async () => (await import('./verbs/synth')).synth,
  convert: async () => (await import('./verbs/convert')).convert,
  validate: async () => (await import('./verbs/validate')).validate,
};

async function help(): Promise<string> {
  const verbs = await Promise.all(Object.values(VERBS).map((load) => load()));
  return `migtrace VERB [options]      (migtrace VERB --help says more, with an example)

${verbs.map((verb) => `  ${verb.name.padEnd(10)} ${verb.summary}`).join('\n')}
`;
}

const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

async function main(args: readonly string[], context: VerbContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? context.stderr : context.stdout)(await help());
    return name === undefined ? EXIT.usage : 0;
  }
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    context.stderr(`migtrace: there is no verb ${JSON.stringify(name)}.\n${await help()}`);
    return EXIT.usage;
  }
  const verb = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    context.stdout(verb.help);
    return 0;
  }
  try {
    await verb.run(rest, context);
    return 0;
  } catch (error) {
    return failure(verb, error, context);
  }
}

function failure(verb: Verb, error: unknown, context: VerbContext): number {
  const message = error instanceof Error ? error.message : String(error);
  // parseArgs throws errors with these codes for words it does not know.
  const code = (error as { code?: string }).code ?? '';
  if (error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS')) {
    context.stderr(`migtrace ${verb.name}: ${message}\nTry: migtrace ${verb.name} --help\n`);
    return EXIT.usage;
  }
  if (message !== '') {
    const detail =
      error instanceof WorkError ? message : error instanceof Error ? (error.stack ?? message) : message;
    context.stderr(`${detail}\n`);
  }
  return EXIT.failed;
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const interrupted = () => process.exit(EXIT.interrupted);
process.on('SIGINT', interrupted);
// A reader that went away (`migtrace info x | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 0 : EXIT.failed),
);

void main(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  longWork: (work) => {
    process.off('SIGINT', interrupted);
    try {
      return work();
    } finally {
      process.on('SIGINT', interrupted);
    }
  },
  onInterrupt: (handler) => {
    const handle = () => {
      if (handler()) interrupted();
    };
    process.off('SIGINT', interrupted);
    for (const signal of INTERRUPTS) process.on(signal, handle);
    return () => {
      for (const signal of INTERRUPTS) process.off(signal, handle);
      process.on('SIGINT', interrupted);
    };
  },
}).then((code) => {
  process.exitCode = code;
});
