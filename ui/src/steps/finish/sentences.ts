// What comes next, in words: for the rail, for the page's sentence and for its button.
import { capital, clock, count, moment, words } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { ProjectFacts } from '../../platform/types';
import type { Standing } from '../../wizard/step';
import { daysCount, daysText } from './licences/words';
import type { Next } from './next';

const counts = (n: number) => ({ n, count: count(n), word: words(n) });

export function standingOfFinish(next: Next, facts: ProjectFacts): Standing {
  switch (next.next) {
    case 'nothing':
      return { state: 'lock', detail: m.finish_locked() };
    case 'differs':
      return { state: 'fail', detail: m.finish_standing_differs() };
    case 'licences':
      return { state: next.days <= 3 ? 'fail' : 'warn', detail: m.finish_standing_licences({ ...counts(next.people), days: daysCount(next.days) }) };
    case 'failed':
      return { state: 'warn', detail: m.migrate_standing_needs(counts(next.left)) };
    case 'sync':
      // While mailboxes move, that MX is locked is no trouble.
      return { state: facts.running ? 'now' : 'warn', detail: m.finish_standing_mx() };
    case 'choose':
      return { state: 'warn', detail: m.finish_standing_choose(counts(next.left)) };
    case 'look':
      return facts.verified === true ? { state: 'now', detail: m.finish_standing_mx_may() } : { state: 'now', detail: m.finish_standing_so_far() };
    case 'mx':
      return { state: 'now', detail: m.finish_standing_mx_may() };
    case 'autodiscover':
    case 'records':
      return { state: 'warn', detail: m.finish_standing_records(counts(next.records)) };
    case 'caches':
      return { state: 'run', detail: m.finish_standing_caches() };
    case 'prove':
      return { state: 'warn', detail: m.finish_standing_prove() };
    case 'convert':
      return { state: 'now', detail: m.finish_standing_convert(counts(next.left)) };
    case 'licencesLater':
      return { state: 'warn', detail: m.finish_standing_licences({ ...counts(next.people), days: daysCount(next.days) }) };
    case 'habits':
      return { state: 'warn', detail: m.finish_standing_habits(counts(next.tasks)) };
    case 'batches':
      return { state: 'now', detail: m.finish_standing_batches() };
    case 'wait':
      return { state: 'run', detail: m.finish_standing_wait() };
    case 'cleanUp':
      return { state: 'now', detail: m.finish_standing_cleanUp() };
    case 'server':
      return { state: 'now', detail: m.finish_standing_server() };
    case 'licencesUnknown':
      return { state: 'now', detail: m.finish_standing_licencesUnknown() };
    case 'done':
      return { state: 'done', detail: m.finish_standing_done() };
  }
}

/** The page's one sentence. */
export function titleOf(next: Next, now: number): string {
  switch (next.next) {
    case 'nothing':
      return m.finish_h_none();
    case 'differs':
      return m.finish_h_differs();
    case 'licences':
      if (next.days === 0) return capital(m.finish_h_licences_over(counts(next.people)));
      return capital(m.finish_h_licences({ ...counts(next.people), days: daysText(next.days) }));
    case 'failed':
      return capital(m.finish_h_needs(counts(next.left)));
    case 'sync':
      return capital(m.finish_h_sync(counts(next.left)));
    case 'choose':
      return capital(m.finish_h_choose(counts(next.left)));
    case 'look':
      return m.finish_h_look();
    case 'mx':
      return m.finish_h_mx();
    case 'autodiscover':
      return m.finish_h_autodiscover();
    case 'records':
      return capital(m.finish_h_records(counts(next.records)));
    case 'caches':
      return next.until ? m.finish_h_caches_until({ time: clock(next.until) }) : m.finish_h_caches();
    case 'prove':
      return m.finish_h_prove();
    case 'convert':
      return capital(m.finish_h_convert(counts(next.left)));
    case 'licencesLater':
      return capital(m.finish_h_licencesLater({ ...counts(next.people), days: daysText(next.days) }));
    case 'habits':
      return capital(m.finish_h_habits(counts(next.tasks)));
    case 'batches':
      return capital(m.finish_h_batches(counts(next.batches)));
    case 'wait':
      return m.finish_h_wait({ when: moment(next.until, now) });
    case 'cleanUp':
      return m.finish_h_cleanUp();
    case 'server':
      return m.finish_h_server();
    case 'licencesUnknown':
      return m.finish_h_licencesUnknown();
    case 'done':
      return m.finish_h_done();
  }
}

/** One line of context. */
export function subOf(next: Next): string {
  switch (next.next) {
    case 'nothing':
      return m.finish_sub_none();
    case 'differs':
    case 'failed':
      return m.finish_sub_reconciles();
    case 'choose':
      return m.dns_left_text();
    case 'licences':
    case 'licencesLater':
    case 'licencesUnknown':
      return m.licence_sub();
    case 'wait':
    case 'caches':
      return m.finish_sub_wait();
    case 'sync':
    case 'convert':
    case 'batches':
    case 'cleanUp':
    case 'server':
    case 'done':
    case 'habits':
      return m.finish_sub_rest();
    default:
      return m.finish_sub_dns();
  }
}

/** The verb of the page's button. */
export function verbOf(next: Next, planned: number): string {
  switch (next.next) {
    case 'nothing':
      return m.finish_go();
    case 'licences':
    case 'licencesLater':
      return m.finish_do_licences(counts(planned || next.people));
    case 'failed':
    case 'sync':
      return m.finish_do_sync();
    case 'choose':
      return m.finish_do_choose(counts(next.left));
    case 'look':
      return m.finish_do_look();
    case 'mx':
      return m.finish_do_mx();
    case 'autodiscover':
      return m.finish_do_autodiscover();
    case 'records':
      return m.finish_do_records();
    case 'caches':
      return m.finish_do_caches();
    case 'prove':
      return m.finish_do_prove();
    case 'convert':
      return m.finish_do_convert(counts(next.left));
    case 'habits':
      return m.finish_do_habits(counts(next.tasks));
    case 'batches':
      return m.finish_do_batches();
    case 'cleanUp':
      return m.finish_do_cleanUp();
    case 'server':
      return m.server_open();
    case 'licencesUnknown':
      return m.finish_lic_open();
    case 'differs':
    case 'wait':
    case 'done':
      return m.finish_primary();
  }
}
