// The pages of the last step, for the screenshots and for axe.
const finish = (name, scene, query, press) => ({ name, scene, query, step: 'finish', press });

export const finishPages = [
  finish('09-finish', 'needs', { finish: 'locked' }, []),
  finish('09-finish-unseen', 'synced', {}, ['save-report']),
  finish('09-finish-moving', 'synced', { finish: 'moving', engine: 'Service' }, []),
  finish('09-finish-caches', 'synced', { finish: 'caches' }, []),
  finish('09-finish-done', 'converted', { finish: 'done', engine: 'Service' }, []),
  finish('09-finish-short', 'synced', { finish: 'short' }, []),
  finish('09-dns', 'synced', { finish: 'moving' }, ['dns-autodiscover .rowlink', 'practice-mail']),
  finish('09-dns-locked', 'needs', { finish: 'locked' }, ['dns-mx .rowlink', 'style-mx-zone']),
  finish('09-dns-left', 'synced', { finish: 'left' }, ['primary', 'names-more summary']),
  finish('09-dns-stay', 'synced', { finish: 'left' }, ['primary', 'stay']),
  finish('09-licences', 'synced', { finish: 'short' }, ['open-licences']),
  finish('09-licences-refused', 'synced', { finish: 'short' }, ['open-licences', 'assign', 'refused summary']),
  finish('09-letters', 'synced', { finish: 'moving' }, ['open-letters', 'ask-redo']),
  finish('09-letters-edit', 'synced', { finish: 'moving' }, ['open-letters', 'edit-template', 'fields summary']),
  finish('09-habits-unread', 'synced', { finish: 'moving' }, ['open-habits']),
  finish('09-habits', 'synced', { finish: 'moving' }, ['open-habits', 'read-habits', 'done-2', 'habits-order@nordvik.example summary']),
  finish('09-cleanup', 'synced', { finish: 'moving' }, ['open-cleanup', 'dry-run', 'foot-MailboxAccess summary', 'foot-Application summary']),
  finish('09-cleanup-ask', 'synced', { finish: 'moving' }, ['open-cleanup', 'dry-run', 'clean-up']),
  finish('09-server', 'synced', { finish: 'moving' }, ['open-server', 'keepsSync-Yes']),
  finish('10-report', 'synced', { finish: 'caches' }, ['read-report']),
];
