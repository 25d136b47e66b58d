-- What the person changed, and files that are being named anew.

-- What the person says of a thing, whatever its site says. NULL: as the site says; empty: taken away. Outlives the
-- thing's row, so that a lost file which is fetched again says it too.
CREATE TABLE edit (
    item_id INTEGER NOT NULL REFERENCES item (id),
    part    TEXT    NOT NULL,
    title   TEXT,
    artist  TEXT,
    album   TEXT,
    date    TEXT,
    PRIMARY KEY (item_id, part)
) WITHOUT ROWID;

-- Files that are about to be renamed; before the rename (docs/invariants.md, I13).
CREATE TABLE renaming (
    media_file_id INTEGER PRIMARY KEY REFERENCES media_file (id) ON DELETE CASCADE,
    path          TEXT NOT NULL                        -- the name that the file gets
);

-- Grows when what lies beside a song is to be written anew, so that a change while it is being written is not forgotten.
ALTER TABLE record ADD COLUMN sidecar_version INTEGER NOT NULL DEFAULT 0;

-- Other names under which files may lie beside a song: noted before they get a new one, so that a kill leaves none behind.
CREATE TABLE sidecar_name (
    record_id INTEGER NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    PRIMARY KEY (record_id, name)
) WITHOUT ROWID;
