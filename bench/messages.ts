/** The name by which the bench speaks to its waiting workflows. */
export const GO_SIGNAL = 'go';
