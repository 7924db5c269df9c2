// The page's one sentence about an open list.
import { count, words } from '../../../i18n/format';
import { m } from '../../../paraglide/messages.js';
import type { ListCounts } from '../../../platform/types';

export function listHead({ all, decide, repaired }: ListCounts): string {
  if (all === 1) return decide > 0 ? m.mailboxes_list_h_one_decide() : m.mailboxes_list_h_one();
  const rows = count(all);
  if (decide > 0 && repaired > 0) return m.mailboxes_list_h_decide({ n: decide, word: words(decide), rows, repaired: count(repaired) });
  if (decide > 0) return m.mailboxes_list_h_decide_only({ n: decide, word: words(decide), rows });
  return repaired > 0 ? m.mailboxes_list_h_repaired({ rows, repaired: count(repaired) }) : m.mailboxes_list_h_clean({ rows });
}
