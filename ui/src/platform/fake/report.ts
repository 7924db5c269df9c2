// The hand-over report of the pretend platform: the account of its run, and what was done meanwhile.
import type { ConvertView, DnsPageView, ProjectFacts, ReportFile, ReportView } from '../types';
import { company } from './company';
import { COPIED, type FakeRun } from './run';

interface Known {
  facts: ProjectFacts;
  converted: ConvertView['users'];
  dns: DnsPageView;
  files: ReportFile[];
  /** When it was written, and whether without names. */
  saves: { at: string; redact: boolean }[];
}

const RULES = [
  { kind: 'Calendar', part: 0.6 },
  { kind: 'Contacts', part: 0.4 },
];

export function fakeReport(run: FakeRun, { facts, converted, dns, files, saves }: Known): ReportView {
  const view = run.view();
  const total = run.ledger(view.users);
  const skipped = view.users.filter((user) => user.itemsSkipped > 0);
  const settled = facts.verified;
  const started = view.startedAt ? Date.parse(view.startedAt) : null;
  const ended = view.lastProgressAt ? Date.parse(view.lastProgressAt) : started;
  const span = started !== null && ended !== null && ended > started ? ended - started : 0;
  const parts = 48;
  // More by night, a dip where it was throttled: a shape to look at, whose sum is what was copied.
  const shape = Array.from({ length: parts }, (_, index) => (index > 20 && index < 25 ? 0.15 : 0.7 + 0.3 * Math.sin(index / 5)));
  const sum = shape.reduce((all, one) => all + one, 0);
  const copiedOf = (part: number) => Math.round((total.copied * part) / sum);
  const at = (ms: number) => new Date((started ?? Date.now()) + ms).toISOString();
  const who = 'NORDVIK\\karin.dahlstrom';
  const act = (ms: number, what: string, detail: string, mailbox: string | null = null) => ({ at: at(ms), who, what, mailbox, detail });
  const states = new Map<string, number>();
  for (const user of view.users) states.set(user.status, (states.get(user.status) ?? 0) + 1);
  const unfinished = view.users.filter((user) => !COPIED.includes(user.status)).map((user) => user.address);
  const synced = view.users.filter((user) => user.status === 'Synced').map((user) => user.address);
  const task = (kind: ReportView['toDo'][number]['task'], about: string[]) => (about.length > 0 ? [{ task: kind, count: about.length, about }] : []);
  return {
    project: company.name,
    source: 'Exchange2007',
    from: view.startedAt,
    to: view.lastProgressAt,
    reconciled: total.reconciles,
    differing: [],
    batches: view.batches.map((batch) => {
      const users = view.users.filter((user) => user.batch === batch.name);
      return { batch: batch.name, mailboxes: users.length, ledger: run.ledger(users) };
    }),
    total,
    users: view.users.map((user) => ({
      address: user.address,
      name: user.name,
      batch: user.batch,
      status: user.status,
      cause: user.cause,
      startedAt: view.startedAt,
      syncedAt: COPIED.includes(user.status) ? view.lastProgressAt : null,
      retries: 0,
      ledger: run.ledger([user]),
      folders: [],
    })),
    skippedReasons: skipped.length > 0 ? [{ reason: 'TooLarge', items: total.skipped }] : [],
    skipped: skipped.map((user) => ({
      address: user.address,
      folder: 'Inkorgen/Ritningar',
      subject: 'Ritningar etapp 2',
      date: '2019-04-02T07:12:00Z',
      size: 171_000_000,
      reason: 'TooLarge',
      serverWords: 'NO Message size exceeds fixed limit',
      signedBy: null,
    })),
    verification: settled
      ? {
          at: view.reportMailAt ?? view.lastProgressAt ?? new Date().toISOString(),
          compared: total.copied,
          missing: 0,
          extra: 0,
          differing: 0,
          agrees: true,
        }
      : null,
    mails: [
      ...(view.statusMailAt ? [{ kind: 'Status' as const, to: company.notify, at: view.statusMailAt }] : []),
      ...(view.reportMailAt ? [{ kind: 'FinalReport' as const, to: company.notify, at: view.reportMailAt }] : []),
    ],
    forwarded: view.users.filter((user) => ['Syncing', ...COPIED].includes(user.status)).map((user) => user.address),
    converted: converted.flatMap((user) =>
      user.convertedAt
        ? [
            {
              address: user.address,
              name: user.name,
              at: user.convertedAt,
              proved: user.state === 'Proved',
              signedBy: user.signedBy,
              undoUntil: user.undoUntil,
            },
          ]
        : [],
    ),
    redacted: false,
    throughput: {
      secondsPerPoint: span > 0 ? Math.round(span / parts / 1000) : 0,
      points: span > 0 ? shape.map((part, index) => ({ at: at((index * span) / parts), items: copiedOf(part), serviceItems: 0, bytes: 0 })) : [],
    },
    states: [...states].map(([status, mailboxes]) => ({ status, mailboxes })),
    kinds: [
      { kind: 'Mail', ledger: { ...total, source: total.copied + total.skipped, excluded: 0 } },
      ...RULES.map(({ kind, part }) => {
        const excluded = Math.round(total.excluded * part);
        return { kind, ledger: { ...total, source: excluded, copied: 0, skipped: 0, excluded, bytes: 0 } };
      }),
    ],
    actions: [
      act(-600_000, 'BatchCreated', 'Batch 2'),
      act(0, 'BatchStarted', 'Batch 2'),
      ...dns.history.toReversed().map((line) => ({ at: line.at, who, what: line.change.subject === 'mx' ? 'MxMoved' : 'DnsHostChanged', mailbox: null, detail: line.change.subject })),
      ...saves.map(({ at, redact }) => ({ at, who, what: redact ? 'ReportSavedRedacted' : 'ReportSaved', mailbox: null, detail: '' })),
    ],
    dns: [{ domain: company.domain, before: dns.before?.split('\n') ?? [], now: [], seenAt: dns.view?.at ?? null, mxMovedAt: dns.mxMovedAt, deliveredAt: dns.directDeliveryAt }],
    licences: [{ product: 'EXCHANGESTANDARD', people: 2 }],
    letters: [{ letter: 'notice', sent: view.users.length, notSent: 0 }],
    cloudBatches: [],
    toDo: [
      ...task('FinishMailboxes', unfinished),
      ...task('DecideMailboxes', dns.unchosen.map((one) => one.address)),
      ...task('SignSkipped', skipped.map((user) => user.address)),
      ...task('Convert', synced),
      ...task('CarryExcluded', total.excluded > 0 ? ['siv.jonsson@nordvik.example'] : []),
      ...task('MoveMx', dns.mxMovedAt ? [] : [company.domain]),
      ...task('ProveDelivery', dns.mxMovedAt && !dns.directDeliveryAt ? [company.domain] : []),
    ],
    staying: dns.staying,
    files,
  };
}
