// The form of a server that a real project is connected to: where it is, as whom we go there, and which certificate is
// good. A password is never here: it stays in its field until it is handed over, and the field is emptied with it.
import type { ServerCertificateView, TrustDto } from '../platform/types';
import type { Session } from './session.svelte';

export type Protocol = 'Imap' | 'Ldap' | 'Smtp';
export const securities = ['ImplicitTls', 'StartTls', 'Plaintext'] as const;

/** The usual ports. */
const usual: Record<Protocol, Record<string, number>> = {
  Imap: { ImplicitTls: 993, StartTls: 143, Plaintext: 143 },
  Ldap: { ImplicitTls: 636, StartTls: 389, Plaintext: 389 },
  Smtp: { ImplicitTls: 465, StartTls: 587, Plaintext: 25 },
};

interface Known {
  host: string;
  port: number;
  security: string;
  account: string;
  trust: TrustDto;
}

export class ServerForm {
  readonly protocol: Protocol;
  #session: Session;

  host = $state('');
  port = $state(0);
  security = $state('ImplicitTls');
  account = $state('');
  trust = $state.raw<TrustDto>({ trust: 'System' });
  /** What the server showed when it was looked at last. */
  certificate = $state.raw<ServerCertificateView | null>(null);
  busy = $state(false);
  /** Pressed with whatever the fields had. */
  pressed = $state(false);

  constructor(session: Session, protocol: Protocol, known: Known | null) {
    this.#session = session;
    this.protocol = protocol;
    this.security = known?.security ?? (protocol === 'Smtp' ? 'StartTls' : 'ImplicitTls');
    this.host = known?.host ?? '';
    this.port = known?.port ?? usual[protocol][this.security] ?? 0;
    this.account = known?.account ?? '';
    if (known) this.trust = known.trust;
  }

  /** The hosts, where several are tried in their order. */
  get hosts(): string[] {
    return this.host.split(/[\s,;]+/).filter(Boolean);
  }

  get portFits(): boolean {
    return Number.isInteger(this.port) && this.port > 0 && this.port < 65_536;
  }

  chooseSecurity(security: string): void {
    const { protocol } = this;
    if (this.port === usual[protocol][this.security]) this.port = usual[protocol][security] ?? this.port;
    this.security = security;
    this.forget();
  }

  /** Another server has another certificate: what was judged of the first says nothing of it. */
  forget(): void {
    this.certificate = null;
    if (this.trust.trust === 'Pinned') this.trust = { trust: 'System' };
  }

  pin(): void {
    if (!this.certificate) return;
    const { fingerprint } = this.certificate;
    this.trust = { trust: 'Pinned', fingerprint };
    this.certificate = { ...this.certificate, trusted: true, serverWords: null };
  }

  async pickAuthority(title: string): Promise<void> {
    const trust = await this.#session.ask(() => this.#session.platform.pickAuthority(title));
    if (!trust) return;
    this.trust = trust;
    await this.trusted();
  }

  /** Looks at the certificate before anything is sent. Whether it is good, by what was chosen. */
  async trusted(): Promise<boolean> {
    if (this.security === 'Plaintext') return true;
    if (this.certificate?.trusted) return true;
    const { protocol, port, security, trust } = this;
    const [host = ''] = this.hosts;
    const view = await this.#session.ask(() => this.#session.platform.serverCertificate({ protocol, host, port, security, trust }));
    this.certificate = view ?? null;
    return view?.trusted ?? false;
  }

  /** Does what is asked, once the certificate is good. Whether it was done. */
  async connect(request: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const done = (await this.trusted()) && (await this.#session.ask(async () => (await request(), true))) === true;
    this.busy = false;
    return done;
  }
}

/** A password on its way from its field to the core: the field is empty as soon as it was read. */
export function handedOver(field: HTMLInputElement | null): string | null {
  const typed = field?.value ?? '';
  if (field) field.value = '';
  return typed === '' ? null : typed;
}
