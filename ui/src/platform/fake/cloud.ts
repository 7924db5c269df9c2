// Microsoft's migration service as the pretend platform has it: a tenant with endpoints, or one that gets its first
// when somebody looks again; and a run as the service would tell it.
import type { CommandLine, GapView, NewEndpointDto, PlanView, RunView, ServiceView } from '../types';
import { company } from './company';
import { COPIED } from './run';

/** What the tenant holds when it is first asked. */
export const tenants = ['endpoints', 'none', 'silent', 'refusing'] as const;
export type Tenant = (typeof tenants)[number];

const PROXY = 'mail.nordvik.example';

const made: ServiceView['endpoints'] = [
  { name: 'Outlook Anywhere Nordvik', proxy: PROXY, atOnce: 20 },
  { name: 'Gammal prov', proxy: null, atOnce: 2 },
];

const REFUSED =
  'The connection to the server could not be completed.\nThe remote server returned an error: (401) Unauthorized. NspiServer: SRV-MAIL01';

const makeEndpoint: CommandLine = {
  shell: 'PowerShell',
  does: 'makeEndpoint',
  text: `New-MigrationEndpoint -ExchangeOutlookAnywhere -Name 'Stegvis' -ExchangeServer 'srv-mail01.nordvik.example' -RpcProxyServer '${PROXY}' -Credentials (Get-Credential 'NORDVIK\\migrering') -EmailAddress 'siv.jonsson@${company.domain}' -MaxConcurrentMigrations 20`,
};
const testEndpoint: CommandLine = {
  shell: 'PowerShell',
  does: 'testEndpoint',
  text: "Test-MigrationServerAvailability -Endpoint 'Outlook Anywhere Nordvik'",
};

export class FakeTenant {
  #tenant: Tenant;
  #asked = 0;
  #made: ServiceView['endpoints'] = [];
  #chosen: string | null = null;
  #tested: ServiceView['tested'] = null;
  #atOnce = new Map<string, number>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  read(): void {
    this.#asked += 1;
    const only = this.#endpoints();
    if (this.#chosen === null && only.length === 1) this.#chosen = only[0]?.name ?? null;
  }

  /** Somebody made one, in whatever way. */
  make({ name, host, maxConcurrentMigrations }: NewEndpointDto): void {
    this.#asked += 1;
    this.#made = [{ name, proxy: host, atOnce: maxConcurrentMigrations }];
    this.choose(name);
  }

  choose(name: string): void {
    if (!this.#endpoints().some((one) => one.name === name)) return;
    this.#chosen = name;
    this.#tested = null;
  }

  test(at: string): void {
    if (this.#chosen === null) return;
    const works = this.#tenant !== 'refusing';
    this.#tested = { works, words: works ? null : REFUSED, at };
  }

  save(atOnce: number): void {
    if (this.#chosen !== null) this.#atOnce.set(this.#chosen, atOnce);
  }

  get works(): boolean {
    return this.#tested?.works ?? false;
  }

  /** Everything asked, chosen and tested. */
  settle(at: string): void {
    this.read();
    this.choose(made[0]?.name ?? '');
    this.test(at);
  }

  #endpoints(): ServiceView['endpoints'] {
    if (this.#asked === 0 || this.#tenant === 'silent') return [];
    // Made in the admin centre while somebody was there; the second look finds it not, the third does.
    if (this.#made.length > 0) return this.#made;
    if (this.#tenant === 'none') return this.#asked > 2 ? made.slice(0, 1) : [];
    return made;
  }

  view(): ServiceView {
    return {
      endpoints: this.#endpoints().map((one) => ({ ...one, atOnce: this.#atOnce.get(one.name) ?? one.atOnce })),
      chosen: this.#chosen,
      tested: this.#tested,
      routes: [
        { route: 'AdminCentre', state: 'Open', detail: '' },
        { route: 'PowerShell', state: 'Open', detail: 'ExchangeOnlineManagement 3.9.0' },
        { route: 'DirectRest', state: 'Unproved', detail: '' },
      ],
      commands: [testEndpoint, makeEndpoint],
      trouble:
        this.#tenant === 'silent' && this.#asked > 0
          ? 'Access Denied: the cmdlet Get-MigrationEndpoint is not within your scope of roles.'
          : null,
    };
  }
}

/** The plan of a batch that the service runs. */
export function cloudPlan(plan: PlanView, cloudName: string): PlanView {
  const n = plan.mailboxes.length;
  const mails = plan.steps.filter((step) => ['StatusMail', 'ReportMail'].includes(step.kind));
  return {
    ...plan,
    engine: 'Service',
    steps: [
      { kind: 'MakeBatch', count: n, value: cloudName },
      { kind: 'Forward', count: n, value: '' },
      { kind: 'Copy', count: n, value: '20' },
      ...mails,
      { kind: 'Compare', count: n, value: '' },
      { kind: 'Verify', count: n, value: '' },
    ],
    commands: [
      {
        shell: 'PowerShell',
        does: 'makeBatch',
        text: `New-MigrationBatch -Name '${cloudName}' -SourceEndpoint 'Outlook Anywhere Nordvik' -CSVData ([System.IO.File]::ReadAllBytes('${plan.batch}.csv')) -NotificationEmails '${company.notify}'`,
      },
      { shell: 'PowerShell', does: 'startBatch', text: `Start-MigrationBatch -Identity '${cloudName}'` },
      { shell: 'PowerShell', does: 'readUsers', text: `Get-MigrationUser -BatchId '${cloudName}' -ResultSize Unlimited` },
    ],
  };
}

export const cloudName = (batch: string) => `${batch} (Stegvis 4f2a)`;

/** How long the service cannot be asked, and how long the gap takes to copy, in moments of the run. */
const SILENT = 20;
const FILLING = 20;

/** What the service says of a run that the pretend engine has made. */
export class FakeCloudRun {
  #filling = 0;
  #filled = false;
  #moments = 0;
  /** Until a batch that was scheduled starts. */
  startsAt: number | null = null;

  get filling(): boolean {
    return this.#filling > 0;
  }

  fill(): void {
    if (!this.#filled) this.#filling = FILLING;
  }

  advance(): void {
    this.#moments += 1;
    if (this.#filling === 0) return;
    this.#filling -= 1;
    if (this.#filling === 0) this.#filled = true;
  }

  /** `still` shows a moment of a run that does not move; `silent` one in which the service cannot be asked. */
  view(run: RunView, still: boolean, alwaysSilent: boolean): RunView {
    const settled = !run.running && run.users.every((user) => COPIED.includes(user.status) || user.status === 'Failed');
    // The direct engine's own statuses, in the service's words; one mailbox is held up, and two words are Microsoft's own.
    const users = run.users.map((user) => {
      const stalled = user.status === 'Syncing' && user.address.startsWith('gunilla');
      const word = user.status === 'Forwarding' ? 'ProvisionUpdating' : user.status === 'Validating' ? 'Starting' : user.status;
      const serverWords = stalled ? 'The job is stalled: StalledDueToTarget_MdbReplication' : user.serverWords;
      return { ...user, itemsSkipped: this.#filled ? 0 : user.itemsSkipped, cloudStatus: word, stalled, serverWords };
    });
    const scheduled = this.startsAt !== null;
    const silent = run.running && (alwaysSilent || (!still && this.#moments > 4 && this.#moments < 4 + SILENT));
    return {
      ...run,
      engine: 'Service',
      running: run.running || this.filling,
      users,
      batches: run.batches.map((batch) => ({
        ...batch,
        cloudName: cloudName(batch.name),
        cloudStatus: scheduled ? 'Created' : batch.status,
        cleanupAt: settled && still ? new Date(Date.now() + 5 * 86_400_000).toISOString() : null,
        cleanupKind: settled && still ? 'Stops' : null,
        startsAt: this.startsAt === null ? null : new Date(this.startsAt).toISOString(),
      })),
      gap: settled ? this.#gap(run) : null,
      watchTrouble: silent ? 'The server is too busy to process the request: 503 (Service Unavailable)' : null,
      sizesRaised: [],
    };
  }

  #gap(run: RunView): GapView {
    const left = run.users.filter((user) => user.itemsSkipped > 0);
    const whole = run.users.filter((user) => COPIED.includes(user.status)).reduce((sum, user) => sum + user.itemsTotal, 0);
    const missing = this.#filled ? 0 : left.reduce((sum, user) => sum + user.itemsSkipped, 0);
    return {
      there: whole - missing,
      missing,
      mailboxes: missing > 0 ? left.length : 0,
      bytes: missing * 57_000_000,
    };
  }
}
