-- What came from a page with a thing: its picture and its subtitles. Written beside the file like the site's record.
CREATE TABLE extra (
    id        INTEGER PRIMARY KEY,
    record_id INTEGER NOT NULL REFERENCES record (id),
    kind      TEXT    NOT NULL CHECK (kind IN ('picture','subtitle')),
    language  TEXT    NOT NULL DEFAULT '',             -- of a subtitle, as the site names it
    extension TEXT    NOT NULL,
    bytes     BLOB    NOT NULL,
    UNIQUE (record_id, kind, language)
);

-- Whether there is something to look at.
ALTER TABLE library_item ADD COLUMN kind TEXT NOT NULL DEFAULT 'audio' CHECK (kind IN ('audio','video'));
DROP INDEX library_facets;
CREATE INDEX library_facets ON library_item (source, variant, year, kind, id) WHERE deleted_at IS NULL;
