-- Discogs: what people own, want and sell there, and the site's answers about releases.

CREATE TABLE discogs_account (
    -- Never used again: an answer that is late must not become another person's.
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    username  TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (username <> ''),
    signed_by TEXT NOT NULL CHECK (signed_by IN ('token', 'oauth', 'nobody')),
    added_at  INTEGER NOT NULL
) STRICT;

-- A list of an account: when it was read to its end, and the number of the walk that did.
CREATE TABLE discogs_list (
    account   INTEGER NOT NULL REFERENCES discogs_account (id) ON DELETE CASCADE,
    list      TEXT NOT NULL CHECK (list IN ('collection', 'wants', 'inventory')),
    -- The walk begun last. Rows of earlier walks are not gone until it has ended.
    walk      INTEGER NOT NULL,
    read_at   INTEGER,
    -- How the last whole walk was proven: JSON.
    proof     TEXT,
    PRIMARY KEY (account, list)
) STRICT, WITHOUT ROWID;

CREATE TABLE discogs_folder (
    account INTEGER NOT NULL REFERENCES discogs_account (id) ON DELETE CASCADE,
    folder  INTEGER NOT NULL,
    name    TEXT NOT NULL,
    -- Copies in it, as the site says.
    copies  INTEGER NOT NULL,
    PRIMARY KEY (account, folder)
) STRICT, WITHOUT ROWID;

CREATE TABLE discogs_field (
    account INTEGER NOT NULL REFERENCES discogs_account (id) ON DELETE CASCADE,
    field   INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    -- As the site has it: JSON.
    record  TEXT NOT NULL,
    PRIMARY KEY (account, field)
) STRICT, WITHOUT ROWID;

-- Entries of the lists. `entry` is what is unique there: the copy's instance_id, the wanted release, the listing.
CREATE TABLE discogs_entry (
    account  INTEGER NOT NULL,
    list     TEXT NOT NULL,
    entry    INTEGER NOT NULL,
    -- 0 where the site's record does not tell.
    release  INTEGER NOT NULL,
    -- The collection's folder; null in other lists.
    folder   INTEGER,
    -- Seconds since 1970, null where the site's text is none. The text is in the record.
    added_at INTEGER,
    walk     INTEGER NOT NULL,
    -- As the site has it: JSON.
    record   TEXT NOT NULL,
    PRIMARY KEY (account, list, entry),
    FOREIGN KEY (account, list) REFERENCES discogs_list (account, list) ON DELETE CASCADE
) STRICT;
CREATE INDEX discogs_entry_in_order ON discogs_entry (account, list, added_at, entry);
CREATE INDEX discogs_entry_in_folder ON discogs_entry (account, list, folder, added_at, entry);
CREATE INDEX discogs_entry_of_release ON discogs_entry (release);

-- What the site said about a release. Prices depend on who asks, by their currency; releases do not.
CREATE TABLE discogs_answer (
    kind       TEXT NOT NULL CHECK (kind IN ('release', 'stats', 'suggestions')),
    release    INTEGER NOT NULL,
    -- The account that asked, 0 for what is the same for everybody.
    account    INTEGER NOT NULL,
    fetched_at INTEGER NOT NULL,
    -- When it was last read from here, for the statistics.
    used_at    INTEGER,
    uses       INTEGER NOT NULL DEFAULT 0,
    -- The site did not have it (any more) when it was asked last. What was known stays in `body`.
    gone       INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
    -- zstd (RFC 8878).
    body       BLOB,
    PRIMARY KEY (kind, release, account)
) STRICT;
CREATE INDEX discogs_answer_by_age ON discogs_answer (kind, fetched_at);

-- What the person asked to be read, until it is. What there is to do is derived from lists and answers.
CREATE TABLE discogs_run (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL UNIQUE,
    account     INTEGER NOT NULL REFERENCES discogs_account (id) ON DELETE CASCADE,
    -- The request as it came: JSON.
    request     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN
                  ('running', 'paused', 'needs_you', 'waiting', 'finished', 'cancelled', 'failed')),
    -- Why it does not go on: JSON.
    reason      TEXT,
    -- The list was read; set once, so that a run that goes on does not begin with it again.
    list_read   INTEGER NOT NULL DEFAULT 0 CHECK (list_read IN (0, 1)),
    -- How far it came, noted when it stops: JSON.
    figures     TEXT,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX discogs_run_unfinished ON discogs_run (id) WHERE finished_at IS NULL;

-- What an export held, so that the next can say what has changed.
CREATE TABLE discogs_export (
    account INTEGER NOT NULL REFERENCES discogs_account (id) ON DELETE CASCADE,
    -- Which entries, which columns.
    what    TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    -- zstd of JSON {entry: fingerprint of its row}.
    rows    BLOB NOT NULL,
    PRIMARY KEY (account, what)
) STRICT, WITHOUT ROWID;
