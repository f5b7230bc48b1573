/** The store: its rules, written once, over whichever engine holds the tables. */
import type { Census, Rollout } from '../../reconciler/fleet-model.ts';
import type { Json, RunReport } from '../../reconciler/model.ts';
import type { Delivery, ToldEntry } from '../../reconciler/notify/message.ts';
import type { TableModel } from '../ddl.ts';
import { tableModel } from '../migrations.ts';
import type { Shard } from '../shard.ts';
import type {
  ApplyRequest,
  ApplyResult,
  Claim,
  DeliveryEnd,
  Directive,
  ExecutionEntry,
  FindingEntry,
  FindingHistory,
  IntentResult,
  LedgerEntry,
  Looked,
  NewIntent,
  Observation,
  RecordText,
  RequestEntry,
  Revision,
  RunRecord,
  Store,
  StoredRollout,
  StoredTenant,
  TenantMark,
} from '../store.ts';
import * as directives from './directives.ts';
import type { Engine } from './engine.ts';
import * as executions from './executions.ts';
import * as history from './history.ts';
import * as ledger from './ledger.ts';
import * as rollouts from './rollouts.ts';
import * as notifications from './notifications.ts';
import * as observations from './observations.ts';
import { RowReader } from './rows.ts';
import * as runs from './runs.ts';
import * as tenants from './tenants.ts';
import * as texts from './texts.ts';

export class TableStore implements Store {
  readonly kind: Engine['kind'];
  readonly description: string;
  private readonly engine: Engine;
  private readonly model: TableModel;
  private readonly rows: RowReader;

  constructor(engine: Engine) {
    this.engine = engine;
    this.kind = engine.kind;
    this.description = engine.description;
    this.model = tableModel();
    this.rows = new RowReader(engine, this.model);
  }

  migrate(): Promise<void> {
    return this.engine.migrate();
  }

  getTenant(name: string): Promise<StoredTenant | undefined> {
    return tenants.getTenant(this.rows, name);
  }

  tenantsOf(names: readonly string[]): Promise<StoredTenant[]> {
    return tenants.tenantsOf(this.rows, names);
  }

  listTenants(shard?: Shard): AsyncIterable<StoredTenant> {
    return tenants.listTenants(this.rows, shard);
  }

  applyTenant(request: ApplyRequest): Promise<ApplyResult> {
    return tenants.applyTenant(this.engine, this.model, request);
  }

  listRevisions(name: string): Promise<Revision[]> {
    return tenants.listRevisions(this.rows, name);
  }

  recordAt(name: string, generation: number): Promise<Json | undefined> {
    return tenants.recordAt(this.rows, name, generation);
  }

  textsOf(names: readonly string[]): Promise<Map<string, RecordText>> {
    return texts.textsOf(this.rows, names);
  }

  textAt(name: string, generation: number): Promise<string | undefined> {
    return texts.textAt(this.rows, name, generation);
  }

  getLedger(name: string): Promise<LedgerEntry | undefined> {
    return ledger.getLedger(this.rows, name);
  }

  ledgerOf(names: readonly string[]): Promise<Map<string, LedgerEntry>> {
    return ledger.ledgerOf(this.rows, names);
  }

  openIntent(intent: NewIntent): Promise<IntentResult> {
    return executions.openIntent(this.engine, this.model, intent);
  }

  recordLaunch(...args: Parameters<Store['recordLaunch']>): Promise<void> {
    return executions.recordLaunch(this.engine, this.model, ...args);
  }

  closeExecution(...args: Parameters<Store['closeExecution']>): Promise<void> {
    return executions.closeExecution(this.engine, this.model, ...args);
  }

  listActive(name?: string): Promise<ExecutionEntry[]> {
    return executions.listActive(this.rows, name);
  }

  listExecutions(name: string, limit?: number): Promise<ExecutionEntry[]> {
    return executions.listExecutions(this.rows, name, limit);
  }

  recordRequest(request: RequestEntry): Promise<void> {
    return runs.recordRequest(this.engine, this.model, request);
  }

  listRequests(name: string): Promise<RequestEntry[]> {
    return runs.listRequests(this.rows, name);
  }

  issueDirective(directive: Directive): Promise<void> {
    return directives.issueDirective(this.engine, this.model, directive);
  }

  endDirective(...args: Parameters<Store['endDirective']>): Promise<boolean> {
    return directives.endDirective(this.engine, this.model, ...args);
  }

  useDirective(...args: Parameters<Store['useDirective']>): Promise<number> {
    return directives.useDirective(this.engine, this.model, ...args);
  }

  listDirectives(names?: readonly string[]): Promise<Directive[]> {
    return directives.listDirectives(this.rows, names);
  }

  createRollout(rollout: Rollout): Promise<boolean> {
    return rollouts.createRollout(this.engine, this.model, rollout);
  }

  saveRollout(rollout: Rollout, version: number): Promise<boolean> {
    return rollouts.saveRollout(this.engine, this.model, rollout, version);
  }

  getRollout(name: string): Promise<StoredRollout | undefined> {
    return rollouts.getRollout(this.rows, name);
  }

  listRollouts(which: { readonly open: boolean }): Promise<StoredRollout[]> {
    return rollouts.listRollouts(this.rows, which);
  }

  surveyTenants(): AsyncIterable<readonly TenantMark[]> {
    return observations.surveyTenants(this.rows);
  }

  observationsOf(names: readonly string[]): Promise<Map<string, Observation>> {
    return observations.observationsOf(this.rows, names);
  }

  clustersOf(names: readonly string[]): Promise<Map<string, Json>> {
    return observations.clustersOf(this.rows, names);
  }

  saveObservations(rows: readonly Observation[]): Promise<void> {
    return observations.saveObservations(this.engine, this.model, rows);
  }

  touchObservations(...args: Parameters<Store['touchObservations']>): Promise<void> {
    return observations.touchObservations(this.engine, this.model, ...args);
  }

  openFindingKeys(): AsyncIterable<readonly Pick<FindingEntry, 'name' | 'key'>[]> {
    return runs.openFindingKeys(this.rows);
  }

  openFindings(names: readonly string[]): Promise<FindingEntry[]> {
    return runs.openFindings(this.rows, names);
  }

  historyOf(names: readonly string[]): Promise<FindingHistory[]> {
    return history.historyOf(this.rows, names);
  }

  saveRun(run: RunRecord): Promise<void> {
    return runs.saveRun(this.engine, this.model, run);
  }

  lastLooks(limit: number): Promise<Looked[]> {
    return history.lastLooks(this.rows, limit);
  }

  latestRun(): Promise<RunReport | undefined> {
    return runs.latestRun(this.rows);
  }

  listRuns(limit: number): Promise<RunReport[]> {
    return runs.listRuns(this.rows, limit);
  }

  getRun(id: string): Promise<RunReport | undefined> {
    return runs.getRun(this.rows, id);
  }

  listCensuses(limit: number): Promise<Census[]> {
    return runs.listCensuses(this.rows, limit);
  }

  reportsToWrite(): Promise<string[]> {
    return runs.reportsToWrite(this.rows);
  }

  reportWritten(run: string): Promise<void> {
    return runs.reportWritten(this.engine, this.model, run);
  }

  toldEntries(): AsyncIterable<readonly ToldEntry[]> {
    return notifications.toldEntries(this.rows);
  }

  claimNotifications(claim: Claim): Promise<Delivery[]> {
    return notifications.claimNotifications(this.engine, this.model, claim);
  }

  endDelivery(end: DeliveryEnd): Promise<boolean> {
    return notifications.endDelivery(this.engine, this.model, end);
  }

  listNotifications(which: { readonly open: boolean }): Promise<Delivery[]> {
    return notifications.listNotifications(this.rows, which);
  }

  forgetNotifications(before: string): Promise<void> {
    return notifications.forgetNotifications(this.engine, this.model, before);
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
