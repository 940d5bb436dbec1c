/** The designs as buttons: grouped by where they come from, with the letters of the charts and the keys that choose them. */
import { DESIGN_FACTS, DESIGN_GROUPS, groupOf } from '../../protocol/designFacts';
import type { RunChoice, ViewSnapshot } from '../../protocol/messages';
import type { SegmentedOption } from './segmented';

/** Keys 1 to 9 choose the first nine designs. */
const KEYED = 9;

export function designOptions(choices: ViewSnapshot['choices']): readonly SegmentedOption<RunChoice>[] {
  return DESIGN_GROUPS.flatMap((group) =>
    choices
      .filter(({ choice }) => groupOf(choice) === group)
      .map(({ choice, refused, title, tooltip }) => {
        const key = choices.findIndex((entry) => entry.choice === choice) + 1;
        const how = key <= KEYED ? ` (${key})` : '';
        return {
          value: choice,
          label: title,
          title: refused === null ? `${tooltip}${how}` : `${title} cannot be played: ${refused}.`,
          group,
          refused: refused !== null,
          ...(choice !== 'observed' && { letter: DESIGN_FACTS[choice].letter }),
        };
      }),
  );
}

/** The next design that can be chosen, in the order of the buttons. */
export function neighbour(
  choices: ViewSnapshot['choices'],
  from: RunChoice,
  back: boolean,
): RunChoice | null {
  const options = designOptions(choices).filter(({ refused }) => refused !== true);
  const at = options.findIndex(({ value }) => value === from);
  return options[(at + (back ? -1 : 1) + options.length) % options.length]?.value ?? null;
}
