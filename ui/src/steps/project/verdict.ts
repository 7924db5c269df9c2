// What the answers lead to before a project is open. An open project's verdict comes from the core, whose
// rule (`stegvis-model`: Answers::verdict) this repeats; the tests hold the two together.
import { m } from '../../paraglide/messages.js';
import type { AnswersDto, VerdictView } from '../../platform/types';
import { answered } from './questions';

export type Route = 'Staged' | 'Cutover' | 'MinimalHybrid' | 'Undecided';

type Reason =
  | 'VersionSuitsStaged'
  | 'VersionTooNew'
  | 'CountFitsCutover'
  | 'CountNeedsStages'
  | 'SyncClosesCutover'
  | 'SyncNeededFirst'
  | 'SyncWillBeRead'
  | 'LastServerMayGo'
  | 'OneServerStays'
  | 'SignOnWillBeRead'
  | 'PilotFirst'
  | 'AtOnceIsCutover';

const contributions: Record<keyof AnswersDto, Record<string, Reason>> = {
  exchange: {
    Exchange2003: 'VersionSuitsStaged',
    Exchange2007: 'VersionSuitsStaged',
    Exchange2010OrLater: 'VersionTooNew',
  },
  count: { UpTo150: 'CountFitsCutover', UpTo2000: 'CountNeedsStages', More: 'CountNeedsStages' },
  directorySync: { Yes: 'SyncClosesCutover', No: 'SyncNeededFirst', NotSure: 'SyncWillBeRead' },
  singleSignOn: { Yes: 'OneServerStays', No: 'LastServerMayGo', NotSure: 'SignOnWillBeRead' },
  pace: { InGroups: 'PilotFirst', AtOnce: 'AtOnceIsCutover' },
};

const order: readonly (keyof AnswersDto)[] = ['exchange', 'count', 'directorySync', 'singleSignOn', 'pace'];

function route(answers: AnswersDto): Route {
  if (answers.exchange === 'Exchange2010OrLater') return 'MinimalHybrid';
  if (answered(answers) < 5) return 'Undecided';
  const small = answers.count === 'UpTo150' || answers.pace === 'AtOnce';
  return answers.directorySync === 'No' && small && answers.count !== 'More' ? 'Cutover' : 'Staged';
}

export function verdict(answers: AnswersDto): VerdictView {
  const reasons = order.flatMap((question) => {
    const answer = answers[question];
    const reason = answer === null ? undefined : contributions[question][answer];
    return reason ? [reason] : [];
  });
  return { route: route(answers), reasons };
}

const reasonWords: Record<Reason, () => string> = {
  VersionSuitsStaged: m.project_reason_VersionSuitsStaged,
  VersionTooNew: m.project_reason_VersionTooNew,
  CountFitsCutover: m.project_reason_CountFitsCutover,
  CountNeedsStages: m.project_reason_CountNeedsStages,
  SyncClosesCutover: m.project_reason_SyncClosesCutover,
  SyncNeededFirst: m.project_reason_SyncNeededFirst,
  SyncWillBeRead: m.project_reason_SyncWillBeRead,
  LastServerMayGo: m.project_reason_LastServerMayGo,
  OneServerStays: m.project_reason_OneServerStays,
  SignOnWillBeRead: m.project_reason_SignOnWillBeRead,
  PilotFirst: m.project_reason_PilotFirst,
  AtOnceIsCutover: m.project_reason_AtOnceIsCutover,
};

export function reasonWord(reason: string): string {
  return Object.hasOwn(reasonWords, reason) ? reasonWords[reason as Reason]() : reason;
}

const routes: Record<Route, { name: () => string; sentence: (name: string) => string; note: (() => string) | null }> = {
  Staged: {
    name: m.project_route_Staged,
    sentence: (name) => m.project_h_staged({ name }),
    note: m.project_route_note_Staged,
  },
  Cutover: {
    name: m.project_route_Cutover,
    sentence: (name) => m.project_h_cutover({ name }),
    note: m.project_route_note_Cutover,
  },
  MinimalHybrid: {
    name: m.project_route_MinimalHybrid,
    sentence: (name) => m.project_h_hybrid({ name }),
    note: m.project_route_note_MinimalHybrid,
  },
  Undecided: { name: m.project_route_Undecided, sentence: () => m.project_h_undecided(), note: null },
};

export function routeWords(name: string) {
  return routes[Object.hasOwn(routes, name) ? (name as Route) : 'Undecided'];
}
