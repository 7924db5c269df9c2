// The most pressing truth of the last step: the rail, the page's sentence and its one button say the same.
import type { DnsPageView, DnsSubjectView, FinishView, HabitsView, LicencesView, LettersView, ProjectFacts } from '../../platform/types';

export interface Known {
  dns: DnsPageView | null;
  licences: LicencesView | null;
  letters: LettersView | null;
  habits: HabitsView | null;
  end: FinishView | null;
}

export type Next =
  | { next: 'nothing' }
  | { next: 'differs' }
  /** People whose mailbox Microsoft closes within a week. */
  | { next: 'licences'; people: number; days: number }
  | { next: 'failed'; left: number }
  /** Mailboxes are not synced: MX is locked. */
  | { next: 'sync'; left: number }
  /** Mailboxes of the old server that nobody chose: MX is locked until somebody decides. */
  | { next: 'choose'; left: number }
  | { next: 'look' }
  /** A record may be set now. */
  | { next: 'mx' | 'autodiscover' | 'records'; records: number }
  /** Right where it is decided, not everywhere else. */
  | { next: 'caches'; until: string | null }
  | { next: 'prove' }
  | { next: 'convert'; left: number }
  | { next: 'licencesLater'; people: number; days: number }
  | { next: 'habits'; tasks: number }
  | { next: 'batches'; batches: number }
  | { next: 'wait'; until: string }
  | { next: 'cleanUp' }
  | { next: 'server' }
  /** Whether everybody has a licence is not known: nobody has asked, or some people are not found. */
  | { next: 'licencesUnknown' }
  | { next: 'done' };

const URGENT = 7;

const subjectOf = (dns: DnsPageView | null, name: string): DnsSubjectView | undefined => dns?.view?.subjects.find((one) => one.subject === name);
export const isSet = (subject: DnsSubjectView | undefined) => subject?.state === 'right' || subject?.state === 'waiting';

/** Until when the slowest cache may go on. */
export function lastCache(dns: DnsPageView): string | null {
  const all = (dns.view?.subjects ?? []).filter((one) => one.state === 'waiting').flatMap((one) => one.findings.map((found) => found.until));
  return all.filter((at) => at !== null).sort().at(-1) ?? null;
}

/** Those in need whose days are counted, and the fewest that any of them has. */
export function pressing(licences: LicencesView | null): { people: number; days: number } | null {
  const counted = (licences?.needs ?? []).flatMap((need) => (need.daysLeft === null ? [] : [need.daysLeft]));
  if (counted.length === 0) return null;
  const days = Math.min(...counted);
  return { days, people: counted.filter((one) => one === days).length };
}

export function nextOf(facts: ProjectFacts | undefined, differs: boolean, known: Known): Next {
  if (!facts || facts.inBatches === 0) return { next: 'nothing' };
  if (differs) return { next: 'differs' };
  const { dns, end, habits } = known;
  const licences = pressing(known.licences);
  if (licences && licences.days <= URGENT) return { next: 'licences', ...licences };
  const busy = facts.running || facts.stopped > 0;
  if (facts.failed > 0 && !busy) return { next: 'failed', left: facts.failed };
  const done = facts.synced + facts.completed + (facts.conversion?.running ? facts.active : 0);
  const left = facts.inBatches - done;
  if (left > 0) return { next: 'sync', left };
  if (dns && dns.unchosen.length > 0) return { next: 'choose', left: dns.unchosen.length };
  if (!dns?.view) return { next: 'look' };
  const records = dns.view.subjects.filter((one) => one.state === 'wrong' || one.state === 'advised').length;
  const mx = subjectOf(dns, 'mx');
  if (!mx || mx.state === 'unknown') return { next: 'look' };
  if (['wrong', 'advised'].includes(mx.state)) return { next: 'mx', records };
  const autodiscover = subjectOf(dns, 'autodiscover');
  if (autodiscover && ['wrong', 'advised'].includes(autodiscover.state)) return { next: 'autodiscover', records };
  if (records > 0) return { next: 'records', records };
  const unconverted = facts.inBatches - facts.completed;
  if (dns.view.subjects.some((one) => one.state === 'waiting')) return { next: 'caches', until: lastCache(dns) };
  const proof = dns.steps.find((one) => one.step === 'removeBatches')?.refusal;
  if (isSet(mx) && !dns.directDeliveryAt) return { next: 'prove' };
  if (proof === 'noProof' || proof === 'proofTooOld') return { next: 'prove' };
  if (unconverted > 0) return { next: 'convert', left: unconverted };
  if (licences) return { next: 'licencesLater', ...licences };
  const tasks = (habits?.tasks ?? []).filter((task) => !task.done).length;
  if (tasks > 0) return { next: 'habits', tasks };
  // What nobody could read is no absence of anything.
  if (!end) return { next: 'look' };
  const standing = end.batches.filter((batch) => batch.removedAt === null);
  const removable = standing.filter((batch) => batch.removable).length;
  if (removable > 0) return { next: 'batches', batches: removable };
  const until = dns.steps.find((one) => one.step === 'removeBatches' && one.refusal === 'tooEarly')?.until ?? null;
  if (until !== null && standing.length > 0) return { next: 'wait', until };
  // What a person takes back is told there; it keeps nothing from going on.
  if (end.footprint.some((item) => item.removable && item.state !== 'Gone')) return { next: 'cleanUp' };
  if (!end.advice.ready || end.advice.gates.some((gate) => gate.state !== 'Passed')) return { next: 'server' };
  if (!known.licences || known.licences.unknown.length > 0) return { next: 'licencesUnknown' };
  return { next: 'done' };
}

