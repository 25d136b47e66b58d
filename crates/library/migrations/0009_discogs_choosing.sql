-- Choosing entries of Discogs' lists by more of what they are.

-- Where releases came out about which the site was asked; empty where it does not say. Beside the answers, which are long.
CREATE TABLE discogs_country (
    release INTEGER PRIMARY KEY,
    country TEXT NOT NULL
) STRICT;

CREATE TRIGGER discogs_answer_removed AFTER DELETE ON discogs_answer WHEN OLD.kind = 'release' BEGIN
    DELETE FROM discogs_country WHERE release = OLD.release;
END;

-- Labels were kept without the number that tells those of one name apart. All entries get anew what they are found by.
DELETE FROM discogs_shown;
