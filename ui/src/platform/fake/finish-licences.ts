// Licences on the pretend platform: enough for everybody, or too few.
import type { LicencesView, LicenceWishesDto } from '../types';
import { people } from './company';

const DAY = 86_400_000;

export class FakeLicences {
  #short: boolean;
  #given: LicencesView['given'] = [];
  #refused: LicencesView['refused'] = [];

  constructor(short: boolean) {
    this.#short = short;
  }

  assign(addresses: string[], wishes: LicenceWishesDto, now: number): void {
    const { planned } = this.view(addresses, wishes, now);
    const at = new Date(now).toISOString();
    // Microsoft's answer to one of them is a refusal that stays.
    const refused = this.#short ? planned.slice(-1) : [];
    this.#refused = refused.map(({ address }) => ({
      address,
      cause: 'Prohibited' as const,
      serverWords: "License assignment cannot be done for user with invalid usage location.",
    }));
    for (const one of planned.slice(0, planned.length - refused.length)) this.#given.push({ address: one.address, product: one.product, at });
  }

  view(addresses: string[], wishes: LicenceWishesDto, now: number): LicencesView {
    const started = now - 11 * DAY;
    const inNeed = people.filter((one) => addresses.includes(one.address) && one.kind === 'UserMailbox').slice(this.#short ? 0 : 2, this.#short ? 5 : 4);
    const left = inNeed.filter((one) => !this.#given.some((given) => given.address === one.address));
    const days = (index: number) => (this.#short ? [2, 6, 12, 19, 19][index] : 19) ?? 19;
    const needs: LicencesView['needs'] = left.map((one, index) => {
      const daysLeft = days(index);
      return {
        address: one.address,
        name: one.name,
        until: new Date(started + (daysLeft + 11) * DAY).toISOString(),
        daysLeft,
        alarm: daysLeft <= 3 ? 'Three' : daysLeft <= 7 ? 'Seven' : daysLeft <= 14 ? 'Fourteen' : 'None',
        groupError: this.#short && index === 1 ? 'CountViolation' : null,
      };
    });
    const free = Math.max(0, (this.#short ? 3 : 8) - this.#given.length);
    const noLocation = this.#short && wishes.location === null ? left.slice(2, 3).map((one) => one.address) : [];
    const takers = left.filter((one) => !noLocation.includes(one.address));
    const planned = takers.slice(0, free).map((one, index) => ({
      address: one.address,
      sku: '4b9405b0-7788-4568-add1-99614e613b69',
      product: 'EXCHANGESTANDARD',
      setLocation: index === 2 ? wishes.location : null,
    }));
    return {
      askedAt: new Date(now).toISOString(),
      needs,
      products: [
        { sku: '4b9405b0-7788-4568-add1-99614e613b69', name: 'EXCHANGESTANDARD', plan: 'Full', free, fits: left.length, missing: Math.max(0, left.length - free) },
        { sku: '80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82', name: 'EXCHANGEDESKLESS', plan: 'Kiosk', free: 2, fits: 1, missing: 0 },
      ],
      planned,
      without: takers.slice(free).map((one) => one.address),
      noLocation,
      notYet: [],
      convert: this.#short ? ['order@nordvik.example'] : [],
      people: addresses.length,
      unknown: [],
      own: Math.max(0, addresses.length - left.length - 3),
      byGroup: 1,
      exempt: 2,
      licenceMakesMailbox: false,
      locations: ['SE'],
      running: false,
      of: 0,
      done: 0,
      refused: this.#refused,
      given: this.#given,
      commands: planned.map((one) => ({
        shell: 'PowerShell' as const,
        does: 'assignLicence',
        text: `Set-MgUserLicense -UserId ${one.address} -AddLicenses @{SkuId='${one.sku}'} -RemoveLicenses @()`,
      })),
    };
  }
}
