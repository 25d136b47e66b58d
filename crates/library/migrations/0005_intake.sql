-- Taking in what was there before: files of a folder, and lists of what other programs have fetched.

-- A folder that is being taken in; goes on after a kill. `report` is written when it ends.
CREATE TABLE import (
    job_id   INTEGER PRIMARY KEY REFERENCES job (id),
    folder   TEXT    NOT NULL,
    in_place INTEGER NOT NULL,
    report   TEXT                                      -- JSON
);

-- What an import is about to write; before the first byte (docs/invariants.md, I2). Not an `intent`: what the file is
-- a thing of is known only when its bytes are read.
CREATE TABLE import_part (
    part     TEXT PRIMARY KEY,                         -- NAME.downloading, relative to the library folder
    job_id   INTEGER NOT NULL REFERENCES job (id),
    incoming TEXT                                      -- JSON: what it becomes, once it is sealed and is being placed
) WITHOUT ROWID;

-- What another program has fetched, so that it is not fetched again.
CREATE TABLE owned (
    extractor TEXT NOT NULL,                           -- lower case
    id        TEXT NOT NULL,
    PRIMARY KEY (extractor, id)
) WITHOUT ROWID;

-- Files that were here before have no record of a site that could lie beside them.
DROP TRIGGER library_item_wants_sidecar;
CREATE TRIGGER library_item_wants_sidecar AFTER INSERT ON library_item WHEN NEW.source <> 'files' BEGIN
    UPDATE record SET sidecar_fresh = 0
    WHERE id = NEW.record_id AND sidecar_fresh = 2 AND metadata ->> 'stem' IS NULL;
END;
DROP TRIGGER library_item_restored;
CREATE TRIGGER library_item_restored AFTER UPDATE OF deleted_at ON library_item
WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL AND NEW.source <> 'files' BEGIN
    UPDATE record SET sidecar_fresh = 0
    WHERE id = NEW.record_id AND sidecar_fresh = 2 AND metadata ->> 'stem' IS NULL;
END;
