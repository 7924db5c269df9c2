// A pilot worth having: two people and something that is no person, none of them with a reservation.
import type { MailboxRow } from '../../platform/types';

/** Two or three addresses. Another `turn` suggests others, as long as there are any. */
export function suggestPilot(rows: readonly MailboxRow[], turn: number): string[] {
  const easy = rows.filter((row) => row.batch === null && (row.note === null || row.note === 'Hidden'));
  const people = easy.filter((row) => row.kind === 'UserMailbox' || row.kind === 'LinkedMailbox');
  const others = easy.filter((row) => !people.includes(row));
  const pick = (from: readonly MailboxRow[], many: number) =>
    Array.from({ length: Math.min(many, from.length) }, (_, index) => from[(turn * many + index) % from.length]!.address);
  const pilot = [...pick(people, 2), ...pick(others, 1)];
  return pilot.length >= 2 ? pilot : pick(easy, 3);
}
