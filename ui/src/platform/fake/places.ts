// What a real project of the pretend platform is connected to, and a tenant that lets sign in or refuses.
import type {
  AppGuideView,
  CertificateQuestion,
  CoreError,
  DirectoryDto,
  MailDto,
  PlacesView,
  ServerCertificateView,
  SignInState,
  SourceDto,
} from '../types';
import { company } from './company';
import { applicationId, tenant, tenantId } from './tenant';

/** How a sign-in ends. */
export const signIns = ['ok', 'waits', 'wrongTenant', 'noConsent'] as const;
export type SignInEnd = (typeof signIns)[number];

const FINGERPRINT = '7f3ac1094be25d60918ef73b2a44c0d9156e8b07ad3392fc5581e60b7d12c109';

/** As the core words it: the cause, then the authority's own words. */
const refusals: Partial<Record<SignInEnd, string>> = {
  wrongTenant:
    "the account belongs to another tenant: AADSTS50020: User account 'admin@fabrikam.example' from identity provider does not exist in tenant 'Nordvik Bygg AB'.",
  noConsent:
    'only an administrator can consent to what the application asks for: AADSTS90094: The grant requires admin permission.',
};

const error = (code: CoreError['code'], message: string): CoreError => ({ code, message, help: '', retry: false });

export class FakePlaces {
  #end: SignInEnd;
  #tell: (otherwise: boolean) => void;
  #cancel: (() => void) | null = null;
  #view: PlacesView;

  constructor(kind: PlacesView['kind'], connected: boolean, end: SignInEnd, tell: (otherwise: boolean) => void) {
    this.#end = end;
    this.#tell = tell;
    this.#view = {
      company: company.name,
      kind,
      notify: connected ? company.notify : null,
      source: null,
      sourcePasswordKept: connected,
      directory: null,
      directoryPasswordKept: connected,
      mail: connected ? { way: 'Graph', from: company.notify } : null,
      mailPasswordKept: false,
      signedIn: connected ? this.#person() : null,
      signIn: { state: 'Idle' },
      certificate: null,
      copyTrouble: null,
    };
    if (!connected) return;
    const trust = { trust: 'Pinned' as const, fingerprint: FINGERPRINT };
    const account = 'NORDVIK\\migrering';
    this.#view.source = { host: 'srv-mail01.nordvik.example', port: 993, security: 'ImplicitTls', account, trust };
    this.#view.directory = { hosts: ['srv-dc01.nordvik.example'], port: 636, security: 'ImplicitTls', account, baseDn: null, trust };
  }

  #person = () => ({ way: 'person', name: 'admin@nordvik.onmicrosoft.example', tenantId, clientId: applicationId });

  view(): PlacesView {
    return this.#view;
  }

  change(part: Partial<PlacesView>): PlacesView {
    if (this.#view.kind === 'Practice') throw error('InvalidInput', 'A practice company is what it is.');
    this.#view = { ...this.#view, ...part };
    this.#tell('signedIn' in part || 'directory' in part);
    return this.#view;
  }

  setSource(source: SourceDto, password: string | null): PlacesView {
    return this.change({ source, sourcePasswordKept: this.#kept(this.#view.sourcePasswordKept, password) });
  }

  setDirectory(directory: DirectoryDto, password: string | null): PlacesView {
    if (directory.hosts.some((host) => host.startsWith('gone'))) throw error('Endpoint', 'gone.nordvik.example: no such host is known');
    return this.change({ directory, directoryPasswordKept: this.#kept(this.#view.directoryPasswordKept, password) });
  }

  setMail(mail: MailDto | null, password: string | null): PlacesView {
    return this.change({ mail, mailPasswordKept: this.#view.mailPasswordKept || password !== null });
  }

  #kept(before: boolean, password: string | null): boolean {
    if (!before && password === null) throw error('InvalidInput', 'No password was typed and none is kept.');
    return true;
  }

  /** The servers of the company made their certificates themselves; everybody else's are good. */
  certificate({ host, trust }: CertificateQuestion): ServerCertificateView {
    const own = host.endsWith(company.domain);
    const trusted = !own || (trust.trust === 'Pinned' && trust.fingerprint === FINGERPRINT);
    const [short = host] = host.split('.');
    return {
      subject: own ? `CN=${short.toUpperCase()}` : `CN=${host}`,
      issuer: own ? `CN=${short.toUpperCase()}` : 'CN=Public issuer R3',
      names: own ? [short.toUpperCase(), host] : [host],
      notBefore: '2019-03-11T00:00:00Z',
      notAfter: '2029-03-11T00:00:00Z',
      fingerprint: FINGERPRINT,
      tlsVersion: 'TLS 1.2',
      trusted,
      serverWords: trusted ? null : 'invalid peer certificate: UnknownIssuer',
    };
  }

  guide(): AppGuideView {
    const { steps, removal } = tenant(new Date().toISOString());
    return { steps, removal };
  }

  /** Waits as a person would be waited for; `pause` is how long they take. */
  async signIn(waiting: SignInState, pause: number): Promise<PlacesView> {
    if (this.#cancel) throw error('Running', 'Somebody is signing in.');
    this.change({ signIn: waiting });
    const cancelled = await new Promise<boolean>((end) => {
      this.#cancel = () => end(true);
      if (this.#end !== 'waits') setTimeout(() => end(false), pause);
    });
    this.#cancel = null;
    this.change({ signIn: { state: 'Idle' } });
    if (cancelled) return this.#view;
    const refusal = refusals[this.#end];
    if (refusal) throw error('Endpoint', refusal);
    return this.change({ signedIn: waiting.state === 'Tenant' ? { ...this.#person(), way: 'certificate', name: null } : this.#person() });
  }

  cancel(): PlacesView {
    this.#cancel?.();
    return this.#view;
  }

  makeCertificate(): PlacesView {
    return this.change({
      certificate: {
        thumbprint: 'A3F0C19D52E84B7716C0D2E95F61B8A7034CDE12',
        ends: '2027-05-25T00:00:00Z',
        file: '/projekt/Nordvik Bygg AB/stegvis.cer',
      },
    });
  }
}
