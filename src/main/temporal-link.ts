/** Addresses of histories in the Temporal UI. */

/** The page of one request's history. */
export function temporalUrl(uiUrl: string, namespace: string, id: string): string {
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}`;
}
