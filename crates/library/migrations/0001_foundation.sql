-- The foundation: jobs, wanted files, what sites said, files on disk and what the person has.
-- Times are seconds since 1970 (UTC). JSON columns hold the types of the protocol crate.

-- Facts about this database, such as the id that the library folder's marker file repeats.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What the person asked for once.
CREATE TABLE job (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    key          TEXT    NOT NULL UNIQUE,              -- idempotency key of the client
    source       TEXT    NOT NULL,
    account_id   TEXT    NOT NULL,
    account_name TEXT    NOT NULL,
    formats      TEXT    NOT NULL,                     -- JSON array
    state        TEXT    NOT NULL CHECK (state IN ('listing','running','paused','finished','cancelled')),
    listed_at    INTEGER,                              -- when the list ended, well or not
    songs        INTEGER NOT NULL DEFAULT 0,
    listing      TEXT    NOT NULL DEFAULT '{}',        -- JSON: how the list was read
    reason       TEXT,                                 -- JSON: why the list broke off or the job is stuck
    balance      TEXT,                                 -- JSON: frozen when the job ends
    created_at   INTEGER NOT NULL,
    finished_at  INTEGER
);
CREATE INDEX job_unfinished ON job (state) WHERE state IN ('listing','running','paused');

-- What a site said of one thing, kept whole.
CREATE TABLE record (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    source_id  TEXT NOT NULL,
    title      TEXT NOT NULL,
    metadata   TEXT NOT NULL,                          -- JSON
    raw        TEXT NOT NULL,                          -- JSON
    fingerprint TEXT NOT NULL,                         -- SHA-256 of the above without what signs addresses
    sidecar    TEXT,                                   -- name of the .json beside the song, once written
    sidecar_fresh INTEGER NOT NULL DEFAULT 0,          -- the .json says what this row says
    seen_at    INTEGER NOT NULL,
    UNIQUE (source, source_id)
);
CREATE INDEX record_without_sidecar ON record (id) WHERE sidecar_fresh = 0;

-- One wanted file (or one bundle of stems), always in exactly one state.
CREATE TABLE item (
    id          INTEGER PRIMARY KEY,
    record_id   INTEGER NOT NULL REFERENCES record (id),
    source      TEXT    NOT NULL,
    source_id   TEXT    NOT NULL,
    variant     TEXT    NOT NULL,
    job_id      INTEGER NOT NULL REFERENCES job (id),  -- the job that last asked for it
    fetch       TEXT    NOT NULL,                      -- JSON: how the bytes are had
    lane        TEXT    NOT NULL CHECK (lane IN ('api','files')),
    state       TEXT    NOT NULL CHECK (state IN ('wanted','running','waiting','needs_you','done','failed','absent','withheld','cancelled')),
    reason      TEXT,                                  -- JSON
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    fence       INTEGER NOT NULL DEFAULT 0,            -- grows with each claim; a commit must carry it
    UNIQUE (source, source_id, variant)
);
CREATE INDEX item_queue ON item (lane, source, state, id) WHERE state IN ('wanted','waiting','running','needs_you');
CREATE INDEX item_of_record ON item (record_id);
CREATE INDEX item_of_state ON item (state, id);

-- Which job listed which file. `already`: it was there when this job listed it.
CREATE TABLE job_item (
    job_id  INTEGER NOT NULL REFERENCES job (id),
    item_id INTEGER NOT NULL REFERENCES item (id),
    already INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, item_id)
) WITHOUT ROWID;
CREATE INDEX job_item_of_item ON job_item (item_id);

-- One file on disk.
CREATE TABLE media_file (
    id          INTEGER PRIMARY KEY,
    sha256      BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    size        INTEGER NOT NULL CHECK (size > 0),
    path        TEXT    NOT NULL UNIQUE,               -- relative to the library folder, '/' between parts
    path_key    TEXT    NOT NULL UNIQUE,               -- path after case folding: two equal keys are a clash
    mtime_ns    INTEGER NOT NULL,
    container   TEXT    NOT NULL,
    codec       TEXT    NOT NULL DEFAULT '',
    duration_ms INTEGER,
    references_count INTEGER NOT NULL DEFAULT 0 CHECK (references_count >= 0),
    added_at    INTEGER NOT NULL
);

-- A virtual folder.
CREATE TABLE folder (
    id        INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES folder (id),
    name      TEXT NOT NULL,
    UNIQUE (parent_id, name)
);

-- One thing the person has.
CREATE TABLE library_item (
    id            INTEGER PRIMARY KEY,
    media_file_id INTEGER NOT NULL REFERENCES media_file (id),
    record_id     INTEGER NOT NULL REFERENCES record (id),
    item_id       INTEGER NOT NULL REFERENCES item (id),
    folder_id     INTEGER REFERENCES folder (id),
    part          TEXT    NOT NULL DEFAULT '',         -- the stem's name in a bundle
    title         TEXT    NOT NULL,
    added_at      INTEGER NOT NULL,
    UNIQUE (item_id, part)
);
CREATE INDEX library_item_of_file ON library_item (media_file_id);
CREATE INDEX library_item_of_record ON library_item (record_id);

-- The count of references is derivable from the rows and kept here by trigger.
CREATE TRIGGER library_item_added AFTER INSERT ON library_item BEGIN
    UPDATE media_file SET references_count = references_count + 1 WHERE id = NEW.media_file_id;
END;
CREATE TRIGGER library_item_removed AFTER DELETE ON library_item BEGIN
    UPDATE media_file SET references_count = references_count - 1 WHERE id = OLD.media_file_id;
END;
CREATE TRIGGER library_item_moved AFTER UPDATE OF media_file_id ON library_item
WHEN OLD.media_file_id <> NEW.media_file_id BEGIN
    UPDATE media_file SET references_count = references_count - 1 WHERE id = OLD.media_file_id;
    UPDATE media_file SET references_count = references_count + 1 WHERE id = NEW.media_file_id;
END;

-- What is about to appear on disk; written before the first byte (docs/invariants.md, I2).
CREATE TABLE intent (
    item_id    INTEGER PRIMARY KEY REFERENCES item (id),
    part       TEXT    NOT NULL,                       -- NAME.downloading, relative to the library folder
    phase      TEXT    NOT NULL CHECK (phase IN ('fetching','sealing','placing','clearing')),
    validator  TEXT,                                   -- JSON: what a resume must match
    outputs    TEXT,                                   -- JSON: what is being placed, with names and hashes
    created_at INTEGER NOT NULL
);
