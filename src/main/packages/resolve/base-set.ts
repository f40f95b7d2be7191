/** What people reach for first; with all they need it is always kept. */
export const BASE_SET = ['numpy', 'pandas', 'matplotlib'] as const;
