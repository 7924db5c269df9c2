// Why a sign-in to the tenant was refused, and what to do in the wizard. The core says the cause first and the tenant's
// own words after it (`stegvis-api`: sign_in/words.rs); the tests hold the two together.
import { m } from '../paraglide/messages.js';
import type { CoreError } from '../platform/types';

export interface SignInTrouble {
  cause: string;
  remedy: string;
  /** The tenant's own words. */
  words: string;
}

const causes: Record<string, { cause: () => string; remedy: () => string }> = {
  'consent is missing, or was withdrawn': { cause: m.signin_consent, remedy: m.signin_consent_do },
  'only an administrator can consent to what the application asks for': { cause: m.signin_admin, remedy: m.signin_consent_do },
  'the person said no': { cause: m.signin_declined, remedy: m.signin_declined_do },
  'the account belongs to another tenant': { cause: m.signin_wrong, remedy: m.signin_wrong_do },
  'there is no such tenant': { cause: m.signin_unknown, remedy: m.signin_unknown_do },
  'a second factor is asked for': { cause: m.signin_factor, remedy: m.signin_factor_do },
  'a Conditional Access policy of the tenant forbids this sign-in': { cause: m.signin_policy, remedy: m.signin_policy_do },
  'the tenant does not know the application': { cause: m.signin_application, remedy: m.signin_application_do },
  'the registration does not allow public clients': { cause: m.signin_public, remedy: m.signin_public_do },
  'the registration does not know where the browser comes back to': { cause: m.signin_redirect, remedy: m.signin_redirect_do },
  "the application's secret is wrong or has expired": { cause: m.signin_secret, remedy: m.signin_secret_do },
  'the registration does not hold this certificate, or it has expired': { cause: m.signin_certificate, remedy: m.signin_certificate_do },
  'the sign-in is used up, expired or revoked': { cause: m.signin_expired, remedy: m.signin_again_do },
  'nobody signed in in time': { cause: m.signin_late, remedy: m.signin_again_do },
  'the tenant was asked too often': { cause: m.signin_often, remedy: m.signin_often_do },
  "the account's name or password is wrong": { cause: m.signin_account, remedy: m.signin_again_do },
  'the tenant cannot be asked now': { cause: m.signin_silent, remedy: m.signin_silent_do },
  'a person must sign in again': { cause: m.signin_expired, remedy: m.signin_again_do },
  'the tenant refuses the sign-in': { cause: m.signin_other, remedy: m.signin_other_do },
  'a permission or a role is missing': { cause: m.signin_role, remedy: m.signin_role_do },
};

export const signInCauses = Object.keys(causes);

/** What a refusal means; null when it is no refusal of a sign-in. */
export function signInTrouble(error: CoreError): SignInTrouble | null {
  const said = signInCauses.find((cause) => error.message === cause || error.message.startsWith(`${cause}: `));
  const words = said === undefined ? undefined : causes[said];
  if (said === undefined || !words) return null;
  return { cause: words.cause(), remedy: words.remedy(), words: error.message.slice(said.length + 2) };
}
