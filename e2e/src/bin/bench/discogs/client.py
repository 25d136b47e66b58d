"""Writes a collection as CSV, the way its users do it with python3-discogs-client: token, file."""

import csv
import sys

import discogs_client

client = discogs_client.Client("Bench/1.0 +https://example.com/bench", user_token=sys.argv[1])
folder = client.identity().collection_folders[0]
folder.releases.per_page = 100
with open(sys.argv[2], "w", encoding="utf-8", newline="") as file:
    table = csv.writer(file)
    table.writerow("Artists,Title,Label,Catalog Number,Country,Year,Genres,Styles,URL".split(","))
    for copy in folder.releases:
        release = copy.release
        try:
            country = release.country
        except discogs_client.exceptions.HTTPError:
            # It is gone; what the list says is still there.
            country = ""
        table.writerow([
            ", ".join(artist.name for artist in release.artists),
            release.title,
            ", ".join(label.name for label in release.labels),
            ", ".join(label.data.get("catno", "") for label in release.labels),
            country,
            release.year,
            ", ".join(release.genres or []),
            ", ".join(release.data.get("styles") or []),
            f"https://www.discogs.com/release/{release.id}",
        ])
