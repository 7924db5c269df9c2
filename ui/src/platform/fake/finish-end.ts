// The end of a migration on the pretend platform: batches in the service, the footprint, and whether the server may go.
import type { CleanupView, FinishAnswersDto, FinishBatch, FinishView, FootprintItem, RemovalGuardView } from '../types';
import { company } from './company';
import type { FakeDns, MailFacts } from './finish-dns';

const HOUR = 3_600_000;

export class FakeEnd {
  #dns: FakeDns;
  #cloud: boolean;
  #removedAt: string | null = null;
  #cleanedAt: string | null = null;
  #clean = false;
  #answers: FinishAnswersDto = { publicFolders: null, relays: null, keepsSync: null };

  constructor(dns: FakeDns, cloud: boolean) {
    this.#dns = dns;
    this.#cloud = cloud;
  }

  answer(answers: FinishAnswersDto): void {
    this.#answers = answers;
  }

  remove(now: number): void {
    this.#removedAt = new Date(now).toISOString();
  }

  #guards(facts: MailFacts, now: number): RemovalGuardView[] {
    const guard = (id: RemovalGuardView['guard'], mailboxes: number | null = null, until: string | null = null) => ({ guard: id, mailboxes, until });
    if (facts.notSynced > 0) return [guard('NotSynced', facts.notSynced)];
    const moved = this.#dns.movedAt;
    if (moved === null) return [guard('MxNotMoved')];
    const until = moved + 72 * HOUR;
    if (now < until) return [guard('MxMovedLately', null, new Date(until).toISOString())];
    return this.#dns.proved ? [] : [guard('DeliveryUnproved')];
  }

  #batches(facts: MailFacts, now: number): FinishBatch[] {
    if (!this.#cloud) return [];
    const guards = this.#removedAt ? [] : this.#guards(facts, now);
    return [
      {
        name: 'Batch 2',
        cloudName: 'Stegvis Batch 2 4711',
        mailboxes: facts.mailboxes,
        guards,
        removable: !this.#removedAt && guards.length === 0,
        removedAt: this.#removedAt,
        cleanupAt: new Date(now + 6 * 24 * HOUR).toISOString(),
        cleanupInDays: 6,
        cleanupNear: true,
        command: "Remove-MigrationBatch -Identity 'Stegvis Batch 2 4711' -Confirm:$false",
      },
    ];
  }

  #footprint(facts: MailFacts): FootprintItem[] {
    const gone = this.#clean ? ('Gone' as const) : ('Present' as const);
    const item = (kind: FootprintItem['kind'], state: FootprintItem['state'], more: Partial<FootprintItem> = {}): FootprintItem => ({
      kind,
      state,
      count: 0,
      values: [],
      removable: true,
      place: null,
      commands: [],
      serverWords: null,
      ...more,
    });
    return [
      item('MailboxAccess', gone, {
        count: this.#clean ? 0 : facts.mailboxes,
        values: this.#clean ? [] : ['siv.jonsson@nordvik.example', 'marta.agren@nordvik.example'],
        commands: ["Remove-MailboxPermission -Identity 'siv.jonsson@nordvik.example' -User 'Stegvis migration' -AccessRights FullAccess -Confirm:$false"],
      }),
      item('ReceiveSize', gone, { count: this.#clean ? 0 : facts.mailboxes, commands: ["Set-Mailbox -Identity 'siv.jonsson@nordvik.example' -MaxReceiveSize 36MB"] }),
      item('MigrationEndpoint', 'Gone'),
      item('Secrets', gone, { count: this.#clean ? 0 : 3, values: this.#clean ? [] : [company.name] }),
      item('ServicePrincipal', 'Unknown', { removable: false, place: 'PowerShell, after Connect-ExchangeOnline', commands: ['Remove-ServicePrincipal -Identity 69f63fbf-3c89-b6f8-b3b4-816819b02fcc'] }),
      item('Application', 'Unknown', { removable: false, place: 'https://entra.microsoft.com › App registrations', values: ['Stegvis migration'] }),
      item('SourceAccount', 'Unknown', {
        removable: false,
        values: ['NORDVIK\\migrering'],
        commands: ["Get-MailboxDatabase | Remove-ADPermission -User 'NORDVIK\\migrering' -ExtendedRights Receive-As -Confirm:$false"],
      }),
    ];
  }

  view(facts: MailFacts, tasks: number | null, now: number): FinishView {
    const footprint = this.#footprint(facts);
    const gate = (id: FinishView['advice']['gates'][number]['id'], state: boolean | null, left: number | null = null, until: string | null = null) => ({
      id,
      state: state === null ? ('Unknown' as const) : state ? ('Passed' as const) : ('Open' as const),
      left,
      until,
    });
    const said = (answer: string | null | undefined) => (answer === 'No' ? true : answer === 'Yes' ? false : null);
    const sync = this.#answers.keepsSync;
    const moved = this.#dns.movedAt;
    const batches = this.#batches(facts, now);
    const standing = batches.filter((batch) => batch.removedAt === null).length;
    const gates = [
      gate('Synced', facts.notSynced === 0, facts.notSynced),
      gate('Chosen', facts.unchosen.length === 0, facts.unchosen.length),
      gate('Converted', facts.notConverted === 0, facts.notConverted),
      gate('MxMoved', moved !== null && now >= moved + 72 * HOUR, null, moved === null ? null : new Date(moved + 72 * HOUR).toISOString()),
      gate('DeliveryProved', this.#dns.proved),
      gate('BatchesRemoved', standing === 0, standing),
      gate('HabitsDone', tasks === null ? null : tasks === 0, tasks ?? 0),
      gate('PublicFolders', said(this.#answers.publicFolders)),
      gate('Relays', said(this.#answers.relays)),
      gate('CleanedUp', this.#clean),
      gate('DatabasesKept', null),
    ];
    return {
      batches,
      footprint,
      cleanedAt: this.#cleanedAt,
      answers: this.#answers,
      advice: {
        route: sync === 'Yes' ? 'KeepOneServer' : sync === 'No' ? 'RemoveAll' : 'Undecided',
        reasons: [sync === 'Yes' ? 'DirectorySyncStays' : sync === 'No' ? 'NothingNeedsIt' : 'SyncUnknown'],
        keepRoles: sync === 'Yes' ? ['Client Access', 'Hub Transport'] : [],
        keepTools: sync === 'Yes' ? ['Exchange Management Console', 'Exchange Management Shell'] : [],
        gates,
        staying: facts.staying,
        ready: gates.every((one) => one.state === 'Passed'),
        never: ['RemoveLastServerWhileSynced', 'TurnSyncOffWithoutBackup', 'DeleteUsersInstead', 'SwitchOffBeforeRelays', 'UninstallWithoutSupport'],
      },
    };
  }

  cleanUp(dryRun: boolean, facts: MailFacts, tasks: number | null, now: number): CleanupView {
    const before = this.#footprint(facts);
    const at = new Date(now).toISOString();
    if (!dryRun) {
      this.#clean = true;
      this.#cleanedAt = at;
    }
    const items = before
      .filter((item) => item.removable)
      .map((item) => ({ kind: item.kind, before: item.state, after: 'Gone' as const, taken: item.state === 'Present' ? item.count : 0, kept: [] }));
    return { dryRun, at, items, clean: !dryRun, finish: this.view(facts, tasks, now) };
  }

  /** Everything taken back, days ago. */
  settle(now: number): void {
    this.#clean = true;
    this.#cleanedAt = new Date(now - HOUR).toISOString();
    if (this.#cloud) this.remove(now - HOUR);
    this.#answers = { publicFolders: 'No', relays: 'No', keepsSync: 'Yes' };
  }
}
