// Microsoft's products by the names they are sold under; the tenant knows them by their part numbers alone.
const products: Record<string, string> = {
  EXCHANGESTANDARD: 'Exchange Online (Plan\u00a01)',
  EXCHANGEENTERPRISE: 'Exchange Online (Plan\u00a02)',
  EXCHANGEDESKLESS: 'Exchange Online Kiosk',
  O365_BUSINESS_ESSENTIALS: 'Microsoft 365 Business Basic',
  O365_BUSINESS_PREMIUM: 'Microsoft 365 Business Standard',
  SPB: 'Microsoft 365 Business Premium',
  STANDARDPACK: 'Office 365 E1',
  ENTERPRISEPACK: 'Office 365 E3',
  ENTERPRISEPREMIUM: 'Office 365 E5',
  DESKLESSPACK: 'Office 365 F3',
  SPE_F1: 'Microsoft 365 F3',
  SPE_E3: 'Microsoft 365 E3',
  SPE_E5: 'Microsoft 365 E5',
  O365_BUSINESS: 'Microsoft 365 Apps for business',
  OFFICESUBSCRIPTION: 'Microsoft 365 Apps for enterprise',
};

/** A product that is not among them is shown by its part number. */
export const productName = (part: string) => (Object.hasOwn(products, part) ? products[part]! : part);
