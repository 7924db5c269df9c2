// Words for what will bite in the old directory (`stegvis-engine`: DirectoryFindingCode). A code of a later version is
// shown with its name, never hidden.
import { m } from '../paraglide/messages.js';

const bites: Record<string, { what: () => string; fix: () => string }> = {
  unverifiedDomain: { what: m.bite_unverifiedDomain, fix: m.bite_unverifiedDomain_do },
  primaryNotRoutable: { what: m.bite_primaryNotRoutable, fix: m.bite_primaryNotRoutable_do },
  userPrincipalNameNotRoutable: { what: m.bite_userPrincipalNameNotRoutable, fix: m.bite_userPrincipalNameNotRoutable_do },
  addressTwice: { what: m.bite_addressTwice, fix: m.bite_addressTwice_do },
  protected: { what: m.bite_protected, fix: m.bite_protected_do },
  hidden: { what: m.bite_hidden, fix: m.bite_hidden_do },
  forwardsAlready: { what: m.bite_forwardsAlready, fix: m.bite_forwardsAlready_do },
  hasAlternateRecipient: { what: m.bite_hasAlternateRecipient, fix: m.bite_hasAlternateRecipient_do },
  disabledUser: { what: m.bite_disabledUser, fix: m.bite_disabledUser_do },
  linked: { what: m.bite_linked, fix: m.bite_linked_do },
  serverTooNew: { what: m.bite_serverTooNew, fix: m.bite_serverTooNew_do },
  serverUnknown: { what: m.bite_serverUnknown, fix: m.bite_serverUnknown_do },
  retentionShort: { what: m.bite_retentionShort, fix: m.bite_retentionShort_do },
  dynamicGroup: { what: m.bite_dynamicGroup, fix: m.bite_dynamicGroup_do },
};

export const biteCodes = Object.keys(bites);

export function biteWords(code: string): { what: string; fix: string } {
  const words = Object.hasOwn(bites, code) ? bites[code] : undefined;
  return { what: words ? words.what() : m.finding_unknown({ code }), fix: words ? words.fix() : '' };
}
