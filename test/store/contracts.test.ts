import { onBothDatabases } from './both-databases.ts';
import { constraintsContract } from './constraints.contract.ts';
import { databaseContract } from './database.contract.ts';
import { effectsContract } from './effects.contract.ts';
import { haltsContract } from './halts.contract.ts';
import { identitiesContract } from './identities.contract.ts';
import { inboxContract } from './inbox.contract.ts';
import { surfacesContract } from './surfaces.contract.ts';

onBothDatabases((store) => {
  databaseContract(store);
  constraintsContract(store);
  effectsContract(store);
  inboxContract(store);
  surfacesContract(store);
  identitiesContract(store);
  haltsContract('halts in the database', () => store().halts);
});
