/** The text of README.md: an introduction by hand, and below it every method with where its behaviour comes from. */
import { createCloud } from './core/cloud.ts';
import { configSchema } from './core/config.ts';
import type { Parts } from './core/parts.ts';
import type { Service } from './core/service.ts';
import { SERVICES } from './services.ts';

const INTRODUCTION = `# The local cloud

One process that stands in for the parts of Google Cloud that Plumbline uses. It speaks their real REST surfaces on
loopback ports, so that the same product code, the real client libraries, and real \`gcloud\`, \`terraform\` and
\`kubectl\` work against it unchanged. \`plumb local up\` starts it, \`plumb local env\` prints what a shell needs to
reach it. Tests use it too.

## Rules

- The wire only: it imports nothing of the product, and the product nothing of it.
- A method that is not in the tables below answers 501 and names itself. Nothing is answered by pretending.
- All methods of a client are redirected, or none: an address of Google's that has no service here is refused.
- What takes time in Google Cloud takes time here, in the cloud's own time, which can run faster or be moved.
- Limits and quotas of the real services are constants in the code and are enforced.
- All services read and write one store of resources. Terraform's provider writes it, Asset Inventory lists it, the
  owning API answers from it.
- What the services make by themselves is made here too, as far as it shows in a project: a cluster's nodes, groups,
  firewall rules and load balancers, a network's routes. They go with their owner, as there.
- Every change leaves an Admin Activity entry in Cloud Logging, whichever door it came through: REST, Terraform's
  stand-in, a cluster's API.
- Identities are told apart (a token says whose it is). Everybody is let in, but for the accounts that the
  configuration calls \`viewers\`: they are refused whatever is not a read, as their roles would. Order a fault to
  refuse anything else.

## The control route

On a port of its own (\`control\` in the endpoints table), so that no SDK reaches it by accident.

| call | what it does |
|---|---|
| \`GET /\` | health, and the base URL of every service |
| \`POST /faults\` | orders a fault, \`GET\` lists them, \`DELETE\` lifts all, \`DELETE /faults/ID\` one |
| \`POST /time\` | \`{"advanceMs": N}\` moves cloud time, \`{"speed": N}\` sets its pace; \`GET\` tells it |
| \`POST /inventory\` | \`{"lagMs": N}\` makes Asset Inventory show what was true N milliseconds of cloud time ago |
| \`POST /repositories\` | \`{"url", "folder"}\`: the folder's content becomes the tip of \`main\` of the git repository that builds clone from that URL |
| \`GET /calls\` | every call answered, with the caller's identity; \`?service=\` and \`?method=\` narrow it |
| \`GET /resources\` | the store; \`?project=\` narrows it |

A fault names the calls it hits (\`service\`, \`method\` with a trailing \`*\`, \`contains\` for a piece of path or body,
\`principal\`) and what they meet (\`status\` and \`message\`, \`rawBody\`, \`headers\`, \`delayMs\`, \`hang\`, \`reset\`,
\`loseAnswer\`), at most \`times\` times. The service \`build-step\` stands for the steps of builds. For example, one project's Compute Engine that refuses twice:

\`\`\`sh
curl -X POST $CONTROL/faults -d '{"service":"compute","contains":"acme-prod","status":403,"times":2}'
\`\`\`

## Methods

Written by \`node scripts/local-cloud-readme.ts\` from the method tables in the code. *Recorded*: seen on the wire of the
real service or a real client. *Documented*: read in public documentation or protos. *Assumed*: a guess to be confirmed.
`;

/** The whole README, before it is formatted. */
export function readme(): string {
  const cloud = createCloud(configSchema.parse({ dataDir: '.', speed: 0 }), () => absent);
  return [INTRODUCTION, ...SERVICES.map((create) => section(create(cloud)))].join('\n');
}

function section(service: Service): string {
  const rows = service.methods.map(({ id, http, path, source }) =>
    [`\`${id}\``, `\`${http} ${path}\``, source.kind, source.from].map(cell).join(' | '),
  );
  return [
    `### ${service.title}`,
    '',
    `Endpoint \`${service.name}\`, standing for \`${service.host}\`.`,
    '',
    '| method | call | kind | from |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const refuse = (): never => {
  throw new Error('reading the method tables needs no clusters, networks or Terraform');
};
const close = async (): Promise<void> => undefined;
const absent: Parts = {
  networks: { publish: refuse, proxyUrl: refuse, close },
  kubernetes: { ensure: refuse, remove: refuse, list: () => [], close },
  terraform: { attach: refuse, close },
};
