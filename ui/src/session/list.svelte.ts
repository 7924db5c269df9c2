// The list that is open, for the step that shows it and for the rail. Its rows are asked for by the table.
import type { ListDrop, ListView } from '../platform/types';

export class ListSession {
  view = $state.raw<ListView | null>(null);
  /** Grows with every list that is opened: what a page keeps of the last one is of no use to the next. */
  opened = $state(0);
  /** A file is held over the window. */
  over = $state(false);

  open(view: ListView): void {
    this.view = view;
    this.opened += 1;
  }

  close(): void {
    this.view = null;
    this.opened += 1;
  }

  /** What happens to a file that is dragged over the window; `true` when it is open now. */
  dropped(drop: ListDrop): boolean {
    this.over = drop.drop === 'Over';
    if (drop.drop !== 'Opened') return false;
    this.open(drop.view);
    return true;
  }
}
