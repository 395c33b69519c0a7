// The storage of the FHIR test server: Medplum's in-memory repository, made to keep the promises
// a practice's server keeps: transactions that roll back, searches by instant, chained searches,
// pages with an accurate total, a history that stands still, and checked resources.
//
// It refuses what FHIR R4 refuses: unknown elements, wrong codes, a Slot that ends before it starts.

import {
  OperationOutcomeError,
  badRequest,
  evalFhirPath,
  globalSchema,
  matchesSearchRequest,
  parseSearchRequest,
  validateResource,
} from '@medplum/core';
import { MemoryRepository } from '@medplum/fhir-router';

const CODES = {
  Slot: ['busy', 'free', 'busy-unavailable', 'busy-tentative', 'entered-in-error'],
  Appointment: [
    'proposed', 'pending', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow',
    'entered-in-error', 'checked-in', 'waitlist',
  ],
};
const PARTICIPANT_CODES = ['accepted', 'declined', 'tentative', 'needs-action'];

export class Repository extends MemoryRepository {
  constructor(faults, onChange) {
    super();
    this.faults = faults;
    this.onChange = onChange;
  }

  // Everything stored, as JSON: what a snapshot on disk holds.
  dump() {
    return {
      resources: [...this.resources.values()].flatMap((byId) => [...byId.values()]),
      history: [...this.history.values()].flatMap((byId) => [...byId.values()]),
    };
  }

  load({ resources, history }) {
    for (const resource of resources) {
      mapOf(this.resources, resource.resourceType).set(resource.id, resource);
    }
    for (const versions of history) {
      mapOf(this.history, versions[0].resourceType).set(versions[0].id, versions);
    }
  }

  async createResource(resource, options, update) {
    check(resource);
    const result = await super.createResource(resource, options, update);
    this.onChange();
    return result;
  }

  async conditionalCreate(resource, search, options) {
    check(resource);
    const result = await super.conditionalCreate(resource, search, options);
    this.onChange();
    return result;
  }

  async deleteResource(resourceType, id, options) {
    await super.deleteResource(resourceType, id, options);
    this.onChange();
  }

  // The in-memory repository reverses its own list at each reading; ours reads a copy.
  async readHistory(resourceType, id) {
    await this.readResource(resourceType, id);
    const versions = this.history.get(resourceType)?.get(id) ?? [];
    const entry = structuredClone(versions).reverse().map((resource) => ({ resource }));
    return { resourceType: 'Bundle', type: 'history', total: entry.length, entry };
  }

  async withTransaction(callback) {
    const resources = copyOf(this.resources, (value) => value);
    const history = copyOf(this.history, (versions) => [...versions]);
    try {
      return await callback(this);
    } catch (error) {
      restore(this.resources, resources);
      restore(this.history, history);
      throw error;
    }
  }

  async search(request) {
    const kept = (request.filters ?? []).filter((f) => !this.faults.ignore.includes(f.code));
    const type = request.resourceType;
    for (const filter of kept) {
      refuseUnknown(type, filter);
    }
    const chains = kept.filter((f) => f.code.includes('.'));
    const dates = kept.filter((f) => !f.code.includes('.') && paramOf(type, f.code).type === 'date');
    const plain = kept.filter((f) => !chains.includes(f) && !dates.includes(f));
    for (const chain of chains) {
      plain.push(await this.resolveChain(type, chain));
    }
    const asked = { resourceType: type, filters: plain };
    // Dates first: they cost a hundredth of a FHIRPath.
    const matches = [...(this.resources.get(type)?.values() ?? [])]
      .filter((resource) => dates.every((f) => isWithin(resource, f)) && matchesSearchRequest(resource, asked));
    for (const rule of request.sortRules ?? []) {
      matches.sort((a, b) => compare(a, b, rule));
    }
    return this.page(request, matches);
  }

  async page(request, matches) {
    const offset = request.offset ?? 0;
    const count = Math.min(request.count ?? 50, this.faults.maxCount ?? 200);
    const entry = matches
      .slice(offset, offset + count)
      .map((resource) => ({ search: { mode: 'match' }, resource: structuredClone(resource) }));
    const bundle = { resourceType: 'Bundle', type: 'searchset', total: matches.length, entry };
    if ((request.include || request.revInclude) && entry.length) {
      const ids = entry.map((e) => e.resource.id).join(',');
      const withIncludes = await super.search({
        resourceType: request.resourceType,
        filters: [{ code: '_id', operator: 'eq', value: ids }],
        include: request.include,
        revInclude: request.revInclude,
      });
      bundle.entry = entry.concat(withIncludes.entry.filter((e) => e.search?.mode !== 'match'));
    }
    bundle.more = offset + count < matches.length;
    bundle.next = offset + count;
    return bundle;
  }

  // `schedule.actor:Practitioner.identifier=x` becomes `schedule=Schedule/1,Schedule/2`.
  async resolveChain(type, { code, value }) {
    const [head, ...rest] = code.split('.');
    const [name, named] = head.split(':');
    const target = named ?? paramOf(type, name).target?.[0];
    const inner = parseSearchRequest(target, { [rest.join('.')]: value });
    const found = await this.search({ ...inner, count: 200 });
    const references = found.entry.map((e) => `${target}/${e.resource.id}`);
    return { code: name, operator: 'eq', value: references.join(',') || `${target}/none` };
  }
}

function mapOf(outer, key) {
  if (!outer.has(key)) {
    outer.set(key, new Map());
  }
  return outer.get(key);
}

function copyOf(outer, copy) {
  return new Map([...outer].map(([k, byId]) => [k, new Map([...byId].map(([id, v]) => [id, copy(v)]))]));
}

function restore(outer, saved) {
  outer.clear();
  for (const [key, value] of saved) {
    outer.set(key, value);
  }
}

function paramOf(type, code) {
  return globalSchema.types[type]?.searchParams?.[code];
}

function refuseUnknown(type, filter) {
  const name = filter.code.split('.')[0].split(':')[0];
  if (!paramOf(type, name)) {
    throw new OperationOutcomeError(badRequest(`Unknown search parameter ${name} for ${type}`));
  }
}

function compare(a, b, { code, descending }) {
  const expression = paramOf(a.resourceType, code)?.expression;
  const [left, right] = [a, b].map((one) => (expression ? JSON.stringify(evalFhirPath(expression, one)) : ''));
  return left.localeCompare(right) * (descending ? -1 : 1);
}

// FHIR R4, search, "date": a value without a time means the whole day; instants compare as instants.
function isWithin(resource, { code, operator, value }) {
  const element = paramOf(resource.resourceType, code).expression.split('.').pop();
  if (resource[element] === undefined) {
    return false;
  }
  const at = Date.parse(resource[element]);
  const from = Date.parse(value);
  if (Number.isNaN(from)) {
    throw new OperationOutcomeError(badRequest(`Not a date: ${code}`));
  }
  const to = value.includes('T') ? from : from + 86_399_999;
  const tests = {
    eq: at >= from && at <= to, ne: at < from || at > to,
    ge: at >= from, gt: at > to, sa: at > to, lt: at < from, eb: at < from, le: at <= to,
  };
  return tests[operator] ?? false;
}

function check(resource) {
  validateResource(resource);
  const codes = CODES[resource.resourceType];
  if (!codes) {
    return;
  }
  if (!codes.includes(resource.status)) {
    throw new OperationOutcomeError(badRequest('Unknown status', `${resource.resourceType}.status`));
  }
  if (resource.start && resource.end && Date.parse(resource.start) > Date.parse(resource.end)) {
    throw new OperationOutcomeError(badRequest('Ends before it starts', `${resource.resourceType}.end`));
  }
  for (const participant of resource.participant ?? []) {
    if (!PARTICIPANT_CODES.includes(participant.status)) {
      throw new OperationOutcomeError(badRequest('Unknown status', 'Appointment.participant.status'));
    }
  }
}
