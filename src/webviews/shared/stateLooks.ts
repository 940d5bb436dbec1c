/** How folio states look: a colour and a pattern each, so that they can be told apart without colour. */
import type { FolioState } from '../../engine/probe/states';
import type { Rgb } from './color';
import { mix } from './color';
import type { Palette } from './theme';

export type Pattern =
  'hollow' | 'dashed' | 'solid' | 'hatch' | 'backHatch' | 'dots' | 'ringed' | 'bars' | 'cross' | 'quarters';

export interface StateLook {
  readonly label: string;
  readonly meaning: string;
  readonly fill: Rgb;
  /** Colour of the pattern's strokes. */
  readonly ink: Rgb;
  readonly pattern: Pattern;
  /** Where a cell is too small for a pattern. */
  readonly flat: Rgb;
}

/** What is in flight is loud, what is settled well is quiet, what failed is loud again. */
export function stateLooks(palette: Palette): Readonly<Record<FolioState, StateLook>> {
  const { background, foreground, highContrast } = palette;
  const quiet = (color: Rgb, share: number) => mix(color, background, highContrast ? 0.75 : share);
  const look = (
    label: string,
    meaning: string,
    fill: Rgb,
    pattern: Pattern,
    ink: Rgb,
    flat = fill,
  ): StateLook => ({ label, meaning, fill, pattern, ink, flat });
  const faint = mix(foreground, background, highContrast ? 0.75 : 0.3);
  const deep = (color: Rgb) => mix(color, background, 0.3);
  return {
    listed: look('listed', 'In the list, not touched yet.', background, 'hollow', faint),
    shadowing: look(
      'shadowing',
      'Being copied while still mapped and in use.',
      mix(palette.blue, background, 0.7),
      'hatch',
      palette.blue,
      quiet(palette.blue, 0.35),
    ),
    shadowed: look(
      'shadowed',
      'Copied while still mapped: a write makes the copy stale.',
      mix(palette.blue, background, 0.7),
      'dots',
      palette.blue,
      quiet(palette.blue, 0.35),
    ),
    unmapping: look(
      'unmapping',
      'Destination being allocated, page tables being rewritten.',
      deep(palette.purple),
      'hatch',
      palette.purple,
      palette.purple,
    ),
    unmapped: look(
      'unmapped',
      'Migration entry in place: whoever touches it waits.',
      mix(palette.purple, background, 0.45),
      'ringed',
      palette.purple,
      quiet(palette.purple, 0.75),
    ),
    queued: look(
      'queued',
      'Flushed or switched, waits for its copy.',
      quiet(palette.yellow, 0.75),
      'dots',
      background,
    ),
    copying: look('copying', 'Content on its way.', palette.blue, 'ringed', foreground),
    copied: look(
      'copied',
      'Content at the destination, waits for its remap.',
      quiet(palette.blue, 0.55),
      'bars',
      mix(background, palette.blue, 0.8),
    ),
    remapping: look(
      'remapping',
      'Page tables being restored.',
      deep(palette.green),
      'hatch',
      palette.green,
      palette.green,
    ),
    done: look('done', 'Moved and usable again.', quiet(palette.green, 0.5), 'solid', background),
    restored: look(
      'restored',
      'Failed after the unmap: given back to its old place.',
      deep(palette.red),
      'backHatch',
      palette.red,
      palette.red,
    ),
    failed: look('failed', 'Failed without having been unmapped.', palette.red, 'cross', background),
    untried: look(
      'untried',
      'Never reached: the call ended early.',
      background,
      'dashed',
      palette.orange,
      palette.orange,
    ),
    split: look(
      'split',
      'Its base pages go on as folios of their own.',
      palette.orange,
      'quarters',
      background,
    ),
  };
}
