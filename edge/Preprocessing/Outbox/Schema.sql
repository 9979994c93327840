-- The form of the file, number 1 (PRAGMA user_version). Times are milliseconds since the Unix epoch, in UTC; lists of classes and votes are JSON.

-- An answer of the edge's own, and what the cluster made of it.
CREATE TABLE answer (
  number            INTEGER PRIMARY KEY AUTOINCREMENT,
  trace_id          TEXT NOT NULL UNIQUE,
  span_id           TEXT NOT NULL,
  sampled           INTEGER NOT NULL,
  kind              TEXT NOT NULL CHECK (kind IN ('provisional', 'audit')),
  state             TEXT NOT NULL CHECK (state IN ('pending', 'judged', 'expired')),
  answered          INTEGER NOT NULL,
  why               TEXT NOT NULL,
  model             TEXT NOT NULL,
  label             TEXT NOT NULL,
  class             INTEGER NOT NULL,
  probability       REAL NOT NULL,
  top               TEXT NOT NULL,
  -- Of a judged answer.
  judged            INTEGER,
  agreed            INTEGER,
  final_label       TEXT,
  final_class       INTEGER,
  final_probability REAL,
  final_top         TEXT,
  votes             TEXT,
  judged_trace_id   TEXT,
  -- Of a changed answer that the webhook has not taken yet: when it is to be told, and how often it was told in vain.
  notice_at         INTEGER,
  notice_tries      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX answer_pending ON answer (number) WHERE state = 'pending';
CREATE INDEX answer_answered ON answer (answered);
CREATE INDEX answer_audited ON answer (judged) WHERE kind = 'audit' AND state = 'judged';
CREATE INDEX answer_notice ON answer (notice_at) WHERE notice_at IS NOT NULL;

-- The pixels of a pending answer: 224 x 224 x 3 bytes of red, green and blue. Their own table, so that a change of an answer does not write them again.
CREATE TABLE pixels (
  number INTEGER PRIMARY KEY REFERENCES answer ON DELETE CASCADE,
  rgb    BLOB NOT NULL
) STRICT;

-- What became of all answers since the file was made, also of those that have left it. One row.
CREATE TABLE tally (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  judged       INTEGER NOT NULL,
  agreed       INTEGER NOT NULL,
  dropped_full INTEGER NOT NULL,
  dropped_age  INTEGER NOT NULL,
  dropped_disk INTEGER NOT NULL
) STRICT;

INSERT INTO tally VALUES (1, 0, 0, 0, 0, 0);
