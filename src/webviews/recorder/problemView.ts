/** Why nothing can be recorded, with the commands that help and a button that copies each. */
import type { RecordProblem } from '../../protocol/recording';
import { button, el } from '../shared/dom';
import type { RecorderActs } from './page';

export interface ProblemView {
  readonly element: HTMLElement;
  show(problem: RecordProblem | null): void;
}

export function createProblemView(acts: RecorderActs): ProblemView {
  const element = el('section', { class: 'record-problem', attributes: { role: 'alert' } });
  return {
    element,
    show: (problem) => {
      element.hidden = problem === null;
      if (problem === null) return;
      const { message, commands } = problem;
      element.replaceChildren(
        el('p', { text: message }),
        ...(commands.length === 0
          ? []
          : [
              el('p', {
                class: 'muted',
                text: commands.length === 1 ? 'Run in a terminal:' : 'Run one of these in a terminal:',
              }),
            ]),
        ...commands.map((command) => {
          const copy = button({
            label: 'Copy',
            class: 'quiet',
            title: `Copy ${command}`,
            onClick: () => acts.copy(command),
          });
          return el('div', { class: 'record-command' }, el('code', { text: command }), copy);
        }),
      );
    },
  };
}
