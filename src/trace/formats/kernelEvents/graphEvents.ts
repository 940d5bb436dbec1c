import { encodeUtf8 } from '../../../base/utf8';
import { type FunctionTimes, unknownTask } from '../../calls/functionTimes';
import type { Recording } from '../../calls/recording';
import type { CommTable } from './commTable';
import { type EventPlan, GRAPH_ENTRY } from './eventPlan';
import type { KernelSymbols } from './kernelSymbols';

/** Entries and returns of functions, as the function_graph tracer writes them (struct ftrace_graph_ent, ftrace_graph_ret). */
export class GraphEvents {
  private readonly recording: Recording;
  private readonly comms: CommTable;
  private readonly symbols: KernelSymbols;
  /** Made when the first event is met. */
  private functions: FunctionTimes | undefined;
  private entries = 0;
  private exits = 0;
  private lastTask = Number.NaN;

  constructor(recording: Recording, comms: CommTable, symbols: KernelSymbols) {
    this.recording = recording;
    this.comms = comms;
    this.symbols = symbols;
  }

  /** A record of funcgraph_entry or funcgraph_exit. */
  take(plan: EventPlan, words: Uint32Array, at: number, timeNs: number, cpu: number, pid: number): void {
    this.functions ??= this.recording.timeFunctions(this.symbols.names);
    const func = this.symbols.numberOf(plan.first!.low(words, at), plan.first!.high(words, at));
    const depth = plan.second!.signed(words, at);
    const task = pid > 0 ? pid : unknownTask(cpu);
    if (task !== this.lastTask) {
      this.lastTask = task;
      if (pid > 0) this.name(pid);
    }
    if (plan.kind === GRAPH_ENTRY) {
      this.entries++;
      this.functions.enter(cpu, task, depth, func, timeNs);
      return;
    }
    this.exits++;
    const [called, returned] = [plan.third!, plan.fourth!];
    const highs = returned.high(words, at) - called.high(words, at);
    const durationNs = highs * 2 ** 32 + (returned.low(words, at) - called.low(words, at));
    this.functions.leave(cpu, task, depth, func, timeNs, durationNs);
  }

  lost(cpu: number): void {
    this.functions?.lost(cpu);
  }

  /** Tells the recording how many were met: they are no rows of its events. */
  finish(): void {
    if (this.entries > 0) this.recording.countUnlisted('funcgraph_entry', this.entries);
    if (this.exits > 0) this.recording.countUnlisted('funcgraph_exit', this.exits);
  }

  private name(pid: number): void {
    const bytes = encodeUtf8(this.recording.comms.strings[this.comms.of(pid)] ?? '');
    this.recording.nameTask(pid, bytes, 0, bytes.length);
  }
}
