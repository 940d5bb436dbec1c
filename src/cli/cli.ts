/** `migtrace`: the same core as the extension, for terminals, scripts and cluster jobs. */
import { UsageError, WorkError } from './usage';
import type { Verb, VerbContext } from './usage';
import { convert } from './verbs/convert';
import { info } from './verbs/info';
import { overhead } from './verbs/overhead';
import { record } from './verbs/record/record';
import { replay } from './verbs/replay/replay';
import { reproduce } from './verbs/reproduce';
import { synth } from './verbs/synth';
import { validate } from './verbs/validate';

const VERBS: readonly Verb[] = [info, record, replay, overhead, reproduce, synth, convert, validate];

const HELP = `migtrace VERB [options]      (migtrace VERB --help says more, with an example)

${VERBS.map((verb) => `  ${verb.name.padEnd(10)} ${verb.summary}`).join('\n')}
`;

const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

async function main(args: readonly string[], context: VerbContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? context.stderr : context.stdout)(HELP);
    return name === undefined ? EXIT.usage : 0;
  }
  const verb = VERBS.find((known) => known.name === name);
  if (verb === undefined) {
    context.stderr(`migtrace: there is no verb ${JSON.stringify(name)}.\n${HELP}`);
    return EXIT.usage;
  }
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
