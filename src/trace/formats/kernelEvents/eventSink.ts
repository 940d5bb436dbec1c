import type { Recording } from '../../calls/recording';

/** What the decoder of binary events writes to: a recording that becomes a trace, or a count of what goes by. */
export type EventSink = Pick<
  Recording,
  'problems' | 'strings' | 'comms' | 'summaries' | 'add' | 'addOther' | 'addMarker' | 'addLost'
>;
