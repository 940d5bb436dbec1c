/** What was wrong in an open trace: in the Problems panel where it has a line, and in the log. */
import * as vscode from 'vscode';
import type { Problem } from '../../base/problem';
import { formatProblem } from '../../base/problem';
import type { Log } from '../log';
import type { TraceDocument } from './traceDocument';
import type { TraceDocuments } from './traceDocuments';

/** Of one file; more would only slow the Problems panel down. The log and the view tell the rest. */
const MAX_SHOWN = 200;
const LOGGED = 20;

export class TraceProblems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('migtrace');
  private readonly subscriptions: vscode.Disposable[];
  private readonly log: Log;

  constructor(documents: TraceDocuments, log: Log) {
    this.log = log;
    this.subscriptions = [documents.onDidAdd((document) => this.follow(document))];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  private follow(document: TraceDocument): void {
    let shown: unknown = null;
    document.onDidChangeState(() => {
      const { state } = document;
      if (state === shown || state.kind === 'loading') return;
      shown = state;
      if (state.kind === 'failed') {
        this.log.error(`${state.message} ${state.hint}`);
        const diagnostic = new vscode.Diagnostic(lineRange(null), `${state.message} ${state.hint}`);
        this.publish(document.uri, [diagnostic]);
        return;
      }
      const { problems, problemCount, name, calls, folios, lines, provenance } = state.summary;
      this.log.info(
        `${name}: ${provenance.format}, ${lines} lines, ${calls} calls, ${folios} folios, ${problemCount} problems`,
      );
      for (const problem of problems.slice(0, LOGGED)) this.log.warn(formatProblem(name, problem));
      if (problemCount > LOGGED) this.log.warn(`${name}: ${problemCount - LOGGED} further problems`);
      this.publish(document.uri, problems.slice(0, MAX_SHOWN).map(diagnosticOf));
    });
    document.onDidDispose(() => this.collection.delete(document.uri));
  }

  private publish(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): void {
    for (const diagnostic of diagnostics) diagnostic.source = 'MigTrace';
    this.collection.set(uri, diagnostics);
  }
}

function diagnosticOf(problem: Problem): vscode.Diagnostic {
  const where = problem.line === null && problem.offset !== null ? `byte ${problem.offset}: ` : '';
  return new vscode.Diagnostic(
    lineRange(problem.line),
    `${where}${problem.message} ${problem.hint}`.trim(),
    vscode.DiagnosticSeverity.Warning,
  );
}

function lineRange(line: number | null): vscode.Range {
  const row = Math.max(0, (line ?? 1) - 1);
  return new vscode.Range(row, 0, row, 1000);
}
