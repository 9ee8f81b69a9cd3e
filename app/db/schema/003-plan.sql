-- SPDX-License-Identifier: MIT
-- The contingency plan: on-call rotas, call trees, devices, runs, corrections, and whom the kit
-- trusts for content. Tables of runs and corrections are projections of the ledger.

-- What authors and importers know of people beyond their numbers.
ALTER TABLE contact ADD COLUMN type TEXT;     -- person team vendor
ALTER TABLE contact ADD COLUMN login TEXT;
ALTER TABLE contact ADD COLUMN manager TEXT;  -- contact id

-- When this kit first had the contact under this id and name; 0: with its first pack, or before
-- this was kept. Somebody new is shown as such for a while, as a changed number is.
ALTER TABLE contact ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;

-- Contacts that were imported into this kit have the pack id 2147483647; this is where each of them
-- comes from, so that the next import of the source updates it.
CREATE TABLE own_contact (
  ref TEXT PRIMARY KEY,
  source TEXT NOT NULL,        -- name of the import
  source_key TEXT NOT NULL,    -- what the source calls it
  imported_ms INTEGER NOT NULL,
  imported_by TEXT NOT NULL DEFAULT '', -- who stored the import
  UNIQUE (source, source_key)
) WITHOUT ROWID;

-- How the columns of a source are read, as a person chose it.
CREATE TABLE import_mapping (
  source TEXT PRIMARY KEY,
  mapping TEXT NOT NULL        -- JSON
) WITHOUT ROWID;

-- Numbers that are new or were changed, by a pack, an import or a correction: shown as such for a
-- while, since a swapped number is how help desks are defrauded.
CREATE TABLE number_change (
  contact TEXT NOT NULL,
  value TEXT NOT NULL,
  pack INTEGER NOT NULL DEFAULT 0, -- seen only once this pack was applied; 0 = at once
  was TEXT,                    -- null: the contact had no such number
  changed_ms INTEGER NOT NULL, -- 0: when its pack was applied
  cause TEXT NOT NULL,         -- "pack NAME SEQUENCE", "import SOURCE", "correction"
  PRIMARY KEY (contact, value, pack)
) WITHOUT ROWID;
CREATE INDEX number_change_pack ON number_change (pack, contact);

-- Search: what is of this site comes first; words of names, forwards and backwards, so that a name
-- with one slip is found by the half of it that is right.
ALTER TABLE found ADD COLUMN site TEXT NOT NULL DEFAULT '';
CREATE TABLE name_word (
  pack INTEGER NOT NULL,
  word TEXT NOT NULL,          -- folded, of four or more letters
  reversed TEXT NOT NULL,
  PRIMARY KEY (pack, word)
) WITHOUT ROWID;
CREATE INDEX name_word_reversed ON name_word (pack, reversed);

-- A shift repeats every repeat_days days (0 = once) by the clock of its time zone.
CREATE TABLE shift (
  id INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack (id),
  service TEXT NOT NULL,
  tier INTEGER NOT NULL,
  contact TEXT NOT NULL,
  timezone TEXT NOT NULL,
  starts TEXT NOT NULL,        -- YYYY-MM-DDTHH:MM there
  ends TEXT NOT NULL,
  repeat_days INTEGER NOT NULL,
  until TEXT,                  -- last date on which it starts, null = open
  note TEXT
);
CREATE INDEX shift_service ON shift (pack, service, tier);

CREATE TABLE call_tree (
  pack INTEGER NOT NULL REFERENCES pack (id),
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,        -- JSON as in the pack
  PRIMARY KEY (pack, ref)
) WITHOUT ROWID;

CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack (id),
  ref TEXT NOT NULL,           -- host name
  owner TEXT,
  location TEXT,
  os TEXT,
  serial TEXT,
  recovery_key_id TEXT,        -- never the key
  note TEXT,
  UNIQUE (pack, ref)
);

-- A runbook or a call tree at work. `source` is what it was when it began, without lead-only parts.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,    -- 32 hex digits
  kind TEXT NOT NULL CHECK (kind IN ('runbook', 'calls')),
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  pack TEXT NOT NULL,          -- "NAME SEQUENCE"
  version TEXT NOT NULL REFERENCES run_source (version),
  started_ms INTEGER NOT NULL,
  started_by TEXT NOT NULL,
  ended_ms INTEGER NOT NULL,   -- 0 = under way
  ended_by TEXT,
  note TEXT
);

CREATE TABLE run_source (
  version TEXT PRIMARY KEY,    -- BLAKE2b-256 of the source, hex
  source TEXT NOT NULL,        -- Markdown, or JSON of the call tree
  steps TEXT NOT NULL          -- JSON: [{id, text, section}], [] of calls
) WITHOUT ROWID;

-- The last word on each step; the ledger has those before it.
CREATE TABLE run_step (
  run INTEGER NOT NULL REFERENCES run (id),
  step TEXT NOT NULL,          -- id of the task, or contact id
  state TEXT NOT NULL,         -- done skipped open; of calls: reached answered-not ...
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  note TEXT,
  PRIMARY KEY (run, step)
) WITHOUT ROWID;

-- Each attempt to call somebody.
CREATE TABLE call_attempt (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  contact TEXT NOT NULL,
  number TEXT,
  result TEXT NOT NULL,
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  note TEXT
);
CREATE INDEX call_attempt_run ON call_attempt (run);

-- What somebody of the desk knows better than the pack: shown in the place of `was` until a pack
-- says the same.
CREATE TABLE correction (
  id INTEGER PRIMARY KEY,
  contact TEXT NOT NULL,
  field TEXT NOT NULL,         -- "number:KIND", note, hours, name, role ...
  was TEXT,
  value TEXT,                  -- null = it does not exist any more
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'adopted', 'withdrawn')),
  ticket TEXT                  -- number of the report to the owner
);
CREATE INDEX correction_contact ON correction (contact);

-- Whom the kit trusts for content: the list that an administrator signed, and the fleets of the
-- packs applied since that changed it. Recomputed and checked at each unlock.
CREATE TABLE trust_list (
  seq INTEGER PRIMARY KEY,
  document TEXT NOT NULL,      -- canonical JSON
  signature TEXT NOT NULL      -- minisign, by the admin key
);

CREATE TABLE fleet_change (
  name TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  manifest TEXT NOT NULL,
  signatures TEXT NOT NULL,    -- JSON object: key id -> signature file
  fleet TEXT NOT NULL,         -- fleet.json
  applied_ms INTEGER NOT NULL,
  PRIMARY KEY (name, sequence)
) WITHOUT ROWID;

-- The newest of these are asked for often, and the ledger is long.
CREATE INDEX entry_readiness ON entry (kind, object)
  WHERE kind = 'unlock' OR kind = 'readiness-attested' OR kind = 'shift-check';
-- By person: the end of the line, from the member `user` on.
CREATE INDEX entry_unlock ON entry (
  substr (CAST (line AS TEXT), instr (CAST (line AS TEXT), '"user":"'))
) WHERE kind = 'unlock';
