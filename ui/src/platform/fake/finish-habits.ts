// Rights and habits on the pretend platform: two mailboxes that had some, one that could not be read.
import type { HabitsView, HabitTaskView } from '../types';

const SIV = 'siv.jonsson@nordvik.example';
const ORDER = 'order@nordvik.example';
const MARTA = 'marta.agren@nordvik.example';

export class FakeHabits {
  #readAt: string | null = null;
  #done = new Map<number, string>();

  read(now: number): void {
    this.#readAt = new Date(now).toISOString();
  }

  mark(id: number, done: boolean, now: number): void {
    if (done) this.#done.set(id, new Date(now).toISOString());
    else this.#done.delete(id);
  }

  view(): HabitsView {
    const at = this.#readAt;
    if (at === null) return { beforeAt: null, afterAt: null, beforeWords: null, afterWords: null, mailboxes: [], tasks: [] };
    const is = (id: number) => this.#done.has(id);
    const task = (id: number, more: Pick<HabitTaskView, 'address' | 'kind' | 'who' | 'command'> & Partial<HabitTaskView>): HabitTaskView => ({
      id,
      detail: null,
      outside: false,
      done: is(id),
      doneAt: this.#done.get(id) ?? null,
      ...more,
    });
    return {
      beforeAt: at,
      afterAt: at,
      beforeWords: null,
      afterWords: null,
      mailboxes: [
        {
          address: ORDER,
          habits: [
            { kind: 'FullAccess', who: SIV, detail: null, before: true, after: is(1), footprint: false },
            { kind: 'SendAs', who: SIV, detail: null, before: true, after: is(2), footprint: false },
            { kind: 'FullAccess', who: 'Stegvis migration', detail: null, before: false, after: true, footprint: true },
          ],
          unreadable: [],
        },
        {
          address: MARTA,
          habits: [{ kind: 'SendOnBehalf', who: 'karin.dahlstrom@nordvik.example', detail: null, before: true, after: true, footprint: false }],
          unreadable: ['InboxRule', 'AutomaticReply'],
        },
      ],
      tasks: [
        task(1, { address: ORDER, kind: 'FullAccess', who: SIV, command: `Add-MailboxPermission -Identity '${ORDER}' -User '${SIV}' -AccessRights FullAccess -AutoMapping $true` }),
        task(2, { address: ORDER, kind: 'SendAs', who: SIV, command: `Add-RecipientPermission -Identity '${ORDER}' -Trustee '${SIV}' -AccessRights SendAs -Confirm:$false` }),
        task(3, { address: MARTA, kind: 'InboxRule', who: null, command: null }),
        task(4, { address: MARTA, kind: 'Forwarding', who: 'ombud@revisor.example', detail: null, outside: true, command: `Set-Mailbox -Identity '${MARTA}' -ForwardingSmtpAddress 'ombud@revisor.example' -DeliverToMailboxAndForward $true` }),
      ],
    };
  }
}
