// Signing in to the tenant of a real project: in the browser, on another device, or as the application itself.
import { m } from '../../../paraglide/messages.js';
import { present } from '../../../errors/present';
import type { AppGuideView, CoreError, PlacesView, SignInState } from '../../../platform/types';
import type { Session } from '../../../session/session.svelte';

export type Way = 'browser' | 'device' | 'certificate';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class SignInForm {
  #session: Session;

  clientId = $state('');
  tenant = $state('');
  /** Which way was pressed last, with whatever the fields had. */
  pressed = $state<Way | null>(null);
  /** The way that is being gone. */
  working = $state<Way | null>(null);
  /** How the application is registered. */
  guide = $state.raw<AppGuideView | null>(null);
  refused = $state.raw<CoreError | null>(null);
  making = $state(false);
  leaving = $state(false);
  #cancelled = false;
  /** Until when the code is good that was shown last. */
  #code: { code: string; ends: number } | null = null;

  constructor(session: Session) {
    this.#session = session;
    const who = session.places?.signedIn;
    if (who) [this.clientId, this.tenant] = [who.clientId, who.tenantId];
  }

  /** As whom somebody is signed in. */
  get who(): string | null {
    const who = this.#session.places?.signedIn;
    return who ? (who.name ?? who.clientId) : null;
  }

  get waiting(): SignInState {
    return this.#session.places?.signIn ?? { state: 'Idle' };
  }

  /** A code is good from the moment it was first shown, however often it is shown again. */
  codeEnds(code: string, seconds: number): number {
    if (this.#code?.code !== code) this.#code = { code, ends: Date.now() + seconds * 1000 };
    return this.#code.ends;
  }

  get clientIdWrong(): string | null {
    if (this.pressed === null) return null;
    return GUID.test(this.clientId.trim()) ? null : m.signin_client_wrong();
  }

  /** Nobody who signs in with a certificate could tell the tenant. */
  get tenantWrong(): string | null {
    return this.pressed === 'certificate' && this.tenant.trim() === '' ? m.signin_tenant_missing() : null;
  }

  async enter(): Promise<void> {
    const [clientId, tenant] = [this.clientId.trim() || null, this.tenant.trim() || null];
    this.guide = (await this.#session.ask(() => this.#session.platform.appGuide(clientId, tenant))) ?? null;
  }

  /** Signs in. Whether somebody is signed in now. */
  async signIn(way: Way): Promise<boolean> {
    this.pressed = way;
    if (this.working !== null || this.clientIdWrong !== null || this.tenantWrong !== null) return false;
    const { platform } = this.#session;
    const [clientId, tenant] = [this.clientId.trim(), this.tenant.trim() || null];
    this.#begin();
    this.working = way;
    const places = await this.#try(() => {
      if (way === 'browser') return platform.signInBrowser(clientId, tenant, m.signin_browser_done(), m.signin_browser_refused());
      if (way === 'device') return platform.signInDevice(clientId, tenant);
      return platform.signInCertificate(clientId, tenant ?? '');
    });
    this.working = null;
    return places !== null && !this.#cancelled && places.signedIn !== null;
  }

  async cancel(): Promise<void> {
    this.#cancelled = true;
    await this.#try(() => this.#session.platform.cancelSignIn());
  }

  /** Whether nobody is signed in any more. */
  async signOut(): Promise<boolean> {
    if (this.leaving) return false;
    this.#begin();
    this.leaving = true;
    const places = await this.#try(() => this.#session.platform.signOut());
    this.leaving = false;
    return places !== null;
  }

  async makeCertificate(): Promise<void> {
    if (this.making) return;
    this.#begin();
    this.making = true;
    await this.#try(() => this.#session.platform.makeCertificate(false));
    this.making = false;
  }

  /** What was refused or cancelled before says nothing of what is asked now. */
  #begin(): void {
    this.refused = null;
    this.#cancelled = false;
  }

  /** A refusal is shown where it was asked for; that somebody cancelled is none. */
  async #try(request: () => Promise<PlacesView>): Promise<PlacesView | null> {
    try {
      const places = await request();
      this.#session.places = places;
      return places;
    } catch (error) {
      if (!this.#cancelled) this.refused = present.coreError(error);
      return null;
    }
  }
}
