// The practice company's tenant, as far as a picture of it needs.
import type { TenantPermissionView, TenantView } from '../types';
import { company, people } from './company';

export const applicationId = '69f63fbf-3c89-b6f8-b3b4-816819b02fcc';
export const tenantId = '8d4b558f-7b2e-40ba-ad1f-e04d79e6265a';

function permission(name: string, result: string, resource = 'Microsoft Graph', optional = false): TenantPermissionView {
  return { name, resource, optional, result, serverWords: null };
}

const exchange = 'Office 365 Exchange Online';

export function tenant(readAt: string, way = 'secret', name: string | null = null): TenantView {
  const step = (id: string, place: string, values: Record<string, string> = {}) => ({
    id,
    place,
    values: Object.entries(values).map(([field, value]) => ({ field, value })),
  });
  return {
    readAt,
    way,
    name,
    clientId: applicationId,
    tenantId,
    organization: company.name,
    syncEnabled: true,
    lastSync: new Date(Date.parse(readAt) - 12 * 60_000).toISOString(),
    syncStale: false,
    domains: [
      { name: company.domain, verified: true, federated: false },
      { name: 'nordvik.onmicrosoft.example', verified: true, federated: false },
    ],
    licences: [
      { product: 'EXCHANGESTANDARD', mailbox: true, used: 1, free: people.length + 2 },
      { product: 'FLOW_FREE', mailbox: false, used: 0, free: 10000 },
    ],
    users: people.length + 1,
    syncedUsers: people.length,
    recipients: { MailUser: people.length, UserMailbox: 1 },
    calls: 9,
    ready: true,
    permissions: [
      permission('Organization.Read.All', 'granted'),
      permission('Domain.Read.All', 'granted'),
      permission('User.Read.All', 'granted'),
      permission('User.ReadWrite.All', 'granted', undefined, true),
      permission('LicenseAssignment.ReadWrite.All', 'granted', undefined, true),
      permission('Mail.Send', 'notAsked', undefined, true),
      permission('Application.Read.All', 'notAsked', undefined, true),
      permission('Exchange.Manage', 'notAsked', exchange),
      permission('Exchange.ManageAsApp', 'granted', exchange),
      permission('IMAP.AccessAsApp', 'granted', exchange, true),
      permission('Exchange Administrator', 'granted', 'Microsoft Entra roles'),
    ],
    steps: [
      step('register', 'https://entra.microsoft.com › App registrations › New registration', {
        Name: 'Stegvis migration',
        'Redirect URI: platform': 'Public client/native (mobile & desktop)',
        'Redirect URI': 'http://localhost',
      }),
      step('ids', 'The registration › Overview', { 'Application (client) ID': 'for --client-id', 'Directory (tenant) ID': 'for --tenant' }),
      step('publicClient', 'The registration › Authentication', { 'Allow public client flows': 'Yes' }),
      step('delegated', 'The registration › API permissions › Add a permission', {
        'Microsoft Graph': 'Organization.Read.All, Domain.Read.All, User.Read.All',
        'Office 365 Exchange Online': 'Exchange.Manage',
      }),
      step('application', 'The registration › API permissions › Add a permission', {
        'Office 365 Exchange Online': 'Exchange.ManageAsApp, IMAP.AccessAsApp (optional)',
      }),
      step('certificate', 'The registration › Certificates & secrets › Certificates › Upload certificate', { File: 'stegvis.cer' }),
      step('consent', 'The registration › API permissions › Grant admin consent', {
        Address: `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${applicationId}`,
      }),
      step('role', 'https://entra.microsoft.com › Roles & admins › Exchange Administrator › Add assignments', { Role: 'Exchange Administrator' }),
      step('servicePrincipal', 'PowerShell, after Connect-ExchangeOnline', {
        Command: `New-ServicePrincipal -AppId ${applicationId} -ObjectId OBJECT-ID -DisplayName "Stegvis migration"`,
      }),
      step('signIn', 'This computer', { 'Sign in': `stegvis tenant sign-in --tenant ${tenantId} --client-id ${applicationId}`, Probe: 'stegvis tenant probe' }),
    ],
    removal: [
      step('mailboxes', 'PowerShell, after Connect-ExchangeOnline', {
        Command: 'Get-EXOMailbox -ResultSize Unlimited | Get-EXOMailboxPermission | Where-Object User -eq OBJECT-ID',
      }),
      step('servicePrincipal', 'PowerShell, after Connect-ExchangeOnline', { Command: `Remove-ServicePrincipal -Identity ${applicationId}` }),
      step('role', 'https://entra.microsoft.com › Roles & admins › Exchange Administrator', { Member: 'Stegvis migration' }),
      step('registration', 'https://entra.microsoft.com › App registrations', { Name: 'Stegvis migration' }),
      step('signOut', 'This computer', { Command: 'stegvis tenant sign-out --certificate' }),
    ],
  };
}
