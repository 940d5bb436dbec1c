/** A line of the tree. Children are made when it is opened. */
export interface MachineLine {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: string;
  readonly context?: string;
  /** What "Copy Source" puts on the clipboard. */
  readonly source?: string;
  readonly expanded?: boolean;
  readonly children?: () => readonly MachineLine[];
}
