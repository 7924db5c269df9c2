// How the reader's DNS is kept: chosen once, the same for every record.
export type HostStyle = 'zone' | 'form' | 'windows';

export const hostStyle = $state<{ value: HostStyle }>({ value: 'form' });
