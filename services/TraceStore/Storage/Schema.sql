-- The form of the file, number 1 (PRAGMA user_version). Everything a reader of the file needs is in the views at the end.

-- Attribute names, each written once. A name that is not here stands in the attributes themselves.
CREATE TABLE word (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- Who made spans, what they are called, which library made them. "last" is the highest trace number that may use the row.
CREATE TABLE service (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  last INTEGER NOT NULL
) STRICT;

CREATE TABLE resource (
  id         INTEGER PRIMARY KEY,
  service    INTEGER NOT NULL,
  attributes TEXT NOT NULL,
  last       INTEGER NOT NULL,
  UNIQUE (service, attributes)
) STRICT;

CREATE TABLE scope (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  version    TEXT NOT NULL,
  attributes TEXT NOT NULL,
  last       INTEGER NOT NULL,
  UNIQUE (name, version, attributes)
) STRICT;

CREATE TABLE operation (
  id      INTEGER PRIMARY KEY,
  service INTEGER NOT NULL,
  name    TEXT NOT NULL,
  kind    INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  UNIQUE (service, name, kind)
) STRICT;

-- Traces are numbered in the order in which they are first heard of; the lowest numbers leave first.
CREATE TABLE trace (
  number  INTEGER PRIMARY KEY,
  id      BLOB UNIQUE,          -- 16 bytes; none for log records that belong to no trace
  arrived INTEGER NOT NULL,     -- seconds since the Unix epoch
  spans   INTEGER NOT NULL,
  bytes   INTEGER NOT NULL,
  first   INTEGER NOT NULL,     -- the earliest start of a span, nanoseconds since the Unix epoch
  tags    BLOB NOT NULL         -- which tags it may have: TagSignature
) STRICT;

-- A span's id is its trace's number times 2^20 and its place within the trace: the spans of a trace lie side by side.
CREATE TABLE span (
  id         INTEGER PRIMARY KEY,
  span_id    INTEGER NOT NULL,
  parent_id  INTEGER NOT NULL,
  service    INTEGER NOT NULL,
  operation  INTEGER NOT NULL,
  resource   INTEGER NOT NULL,
  scope      INTEGER NOT NULL,
  start      INTEGER NOT NULL, -- nanoseconds since the Unix epoch
  duration   INTEGER NOT NULL, -- nanoseconds; below zero where the end lies before the start
  status     INTEGER NOT NULL, -- 0 unset, 1 ok, 2 error
  flags      INTEGER NOT NULL,
  message    TEXT,
  state      TEXT,
  attributes TEXT,
  events     TEXT,
  links      TEXT,
  dropped    TEXT              -- [attributes, events, links] where one of them is not 0
) STRICT;

-- Searches, and the figures of a service over time, are answered from this index alone.
CREATE INDEX span_by_service ON span (service, start, operation, duration, status);

-- Log records. Those of an export that belong to no trace have a number of their own, and leave as a trace does.
CREATE TABLE log (
  id         INTEGER PRIMARY KEY,
  trace      INTEGER NOT NULL,
  span_id    INTEGER NOT NULL, -- 0 where the sender named none
  resource   INTEGER NOT NULL,
  scope      INTEGER NOT NULL,
  time       INTEGER NOT NULL, -- nanoseconds since the Unix epoch
  observed   INTEGER NOT NULL,
  severity   INTEGER NOT NULL,
  level      TEXT NOT NULL,
  event      TEXT NOT NULL,
  flags      INTEGER NOT NULL,
  body       TEXT,
  attributes TEXT,
  dropped    INTEGER NOT NULL
) STRICT;

CREATE INDEX log_by_trace ON log (trace, time);

-- Traces somebody asked to keep, whole, as opentelemetry.proto.trace.v1.TracesData.
CREATE TABLE archive (
  trace_id BLOB PRIMARY KEY,
  stored   INTEGER NOT NULL,
  spans    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Whoever asks for more of a trace asks by "trace", its number, which is fast; a trace's number and the range of its spans' ids are both named in the
-- joins, so that a query may begin with either.
CREATE VIEW spans AS
SELECT lower(hex(trace.id)) AS trace_id,
       printf('%016x', span.span_id) AS span_id,
       CASE span.parent_id WHEN 0 THEN NULL ELSE printf('%016x', span.parent_id) END AS parent_id,
       service.name AS service,
       operation.name AS name,
       CASE operation.kind WHEN 1 THEN 'internal' WHEN 2 THEN 'server' WHEN 3 THEN 'client' WHEN 4 THEN 'producer' WHEN 5 THEN 'consumer' END AS kind,
       strftime('%Y-%m-%dT%H:%M:%fZ', span.start / 1e9, 'unixepoch') AS start,
       span.start AS start_ns,
       span.duration / 1e6 AS duration_ms,
       CASE span.status WHEN 2 THEN 'error' WHEN 1 THEN 'ok' END AS status,
       span.message AS status_message,
       scope.name AS scope,
       trace.number AS trace,
       span.id AS id
FROM span
JOIN trace ON trace.number = span.id >> 20 AND span.id >= trace.number << 20 AND span.id < (trace.number + 1) << 20
JOIN operation ON operation.id = span.operation
JOIN service ON service.id = span.service
JOIN scope ON scope.id = span.scope;

-- "id" is that of spans: a span's attribute is looked up by it.
CREATE VIEW span_attributes AS
SELECT span.id AS id,
       trace.number AS trace,
       lower(hex(trace.id)) AS trace_id,
       printf('%016x', span.span_id) AS span_id,
       CASE WHEN entry.key LIKE '=%' THEN substr(entry.key, 2) ELSE word.text END AS key,
       entry.value AS value,
       entry.type AS type
FROM span
JOIN trace ON trace.number = span.id >> 20 AND span.id >= trace.number << 20 AND span.id < (trace.number + 1) << 20
JOIN json_each(span.attributes) AS entry
LEFT JOIN word ON word.id = CASE WHEN entry.key NOT LIKE '=%' THEN CAST(entry.key AS INTEGER) END;

CREATE VIEW logs AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', log.time / 1e9, 'unixepoch') AS time,
       log.time AS time_ns,
       CASE WHEN trace.id IS NOT NULL THEN lower(hex(trace.id)) END AS trace_id,
       CASE log.span_id WHEN 0 THEN NULL ELSE printf('%016x', log.span_id) END AS span_id,
       service.name AS service,
       log.level AS level,
       log.severity AS severity,
       scope.name AS logger,
       json_extract(log.body, '$') AS body,
       log.trace AS trace,
       log.id AS id
FROM log
JOIN trace ON trace.number = log.trace
JOIN resource ON resource.id = log.resource
JOIN service ON service.id = resource.service
JOIN scope ON scope.id = log.scope;
