// Words for the tenant's permissions and the steps of the guide (`stegvis-api`: sign_in). A name of a later version is
// shown as it is.
import type { IconName } from '../../../components/icons';
import { kindWord } from '../../../i18n/words';
import { m } from '../../../paraglide/messages.js';

type Words = Record<string, () => string>;

const whys: Words = {
  'Organization.Read.All': m.tenant_why_Organization,
  'Domain.Read.All': m.tenant_why_Domain,
  'User.Read.All': m.tenant_why_Users,
  'User.ReadWrite.All': m.tenant_why_UsersWrite,
  'LicenseAssignment.ReadWrite.All': m.tenant_why_Licences,
  'Mail.Send': m.tenant_why_Mail,
  'Application.Read.All': m.tenant_why_Applications,
  'Exchange.Manage': m.tenant_why_Exchange,
  'Exchange.ManageAsApp': m.tenant_why_ExchangeAsApp,
  'IMAP.AccessAsApp': m.tenant_why_Imap,
  'Exchange Administrator': m.tenant_why_Role,
};

const steps: Words = {
  register: m.tenant_step_register,
  ids: m.tenant_step_ids,
  publicClient: m.tenant_step_publicClient,
  delegated: m.tenant_step_delegated,
  application: m.tenant_step_application,
  certificate: m.tenant_step_certificate,
  consent: m.tenant_step_consent,
  role: m.tenant_step_role,
  servicePrincipal: m.tenant_step_servicePrincipal,
  signIn: m.tenant_step_signIn,
};

const removals: Words = {
  mailboxes: m.tenant_remove_mailboxes,
  servicePrincipal: m.tenant_remove_servicePrincipal,
  role: m.tenant_remove_role,
  registration: m.tenant_remove_registration,
  signOut: m.tenant_remove_signOut,
};

/** Our own words in the places and fields of the guide. What Microsoft's pages call something stays as it is there. */
const ours: Words = {
  'The registration': m.tenant_word_registration,
  'PowerShell, after Connect-ExchangeOnline': m.tenant_word_powershell,
  'This computer': m.tenant_word_computer,
  Command: m.tenant_word_command,
  Address: m.tenant_word_address,
  File: m.tenant_word_file,
  'Make it here': m.tenant_word_make,
  Role: m.tenant_word_role,
  Member: m.tenant_word_member,
  Name: m.tenant_word_name,
  'Sign in': m.tenant_word_signIn,
  Probe: m.tenant_word_probe,
};

const say = (words: Words, name: string) => (Object.hasOwn(words, name) ? (words[name]?.() ?? '') : '');

export const whyWord = (permission: string) => say(whys, permission);
export const stepWord = (id: string) => say(steps, id);
export const removalWord = (id: string) => say(removals, id);
export const fieldWord = (field: string) => say(ours, field) || field;
export const placeWord = (place: string) => place.split(' › ').map(fieldWord).join(' › ');
export const recipientWord = (kind: string) => (kind === 'MailUser' ? m.tenant_kind_MailUser() : kindWord(kind));

interface Look {
  icon: IconName;
  tone: string;
  word: string;
}

/** A result that is not known looks like one that shows nothing: never green. */
export function resultLook(result: string): Look {
  switch (result) {
    case 'granted':
      return { icon: 'ok', tone: 'ok', word: m.tenant_result_granted() };
    case 'missing':
      return { icon: 'fail', tone: 'fail', word: m.tenant_result_missing() };
    case 'notAsked':
      return { icon: 'none', tone: 'none', word: m.tenant_result_notAsked() };
    default:
      return { icon: 'warn', tone: 'warn', word: m.tenant_result_unclear() };
  }
}
