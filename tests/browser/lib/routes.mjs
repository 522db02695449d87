// The pages that the registry says it has.
import { readFileSync } from 'node:fs';

const table = new URL('../../../registry/service/pages/routes.def', import.meta.url);

/** The patterns of all addresses that can be visited, such as "/objects/show/{id}". */
export function pages() {
	return [...readFileSync(table, 'utf8').matchAll(/^TOMB_ROUTE\(GET, "([^"]+)"/gm)].map((found) => found[1]);
}
