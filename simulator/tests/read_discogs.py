"""Reads the simulated Discogs through python3-discogs-client, as it comes from PyPI, and prints what it saw as JSON.

usage: read_discogs.py account TOKEN RELEASE_ID…
       read_discogs.py oauth CONSUMER_KEY CONSUMER_SECRET USERNAME
       read_discogs.py limit TOKEN
"""

import json
import re
import sys

import discogs_client
import requests
from discogs_client.exceptions import HTTPError

AGENT = "SimulatorTest/1.0 +https://example.com/test"


def pick(thing, *names):
    return {name: thing.data.get(name) for name in names}


def credits(artists):
    return [pick(artist, "id", "name", "anv", "join", "role", "tracks") for artist in artists]


def imprints(labels):
    return [pick(label, "id", "name", "catno", "entity_type_name") for label in labels]


def sheet(release):
    return {
        **pick(release, "id", "master_id", "title", "year", "genres"),
        "styles": release.data.get("styles", []),
        "formats": release.formats,
        "artists": credits(release.artists),
        "labels": imprints(release.labels),
    }


def copy(item):
    own = pick(item, "instance_id", "folder_id", "rating", "date_added")
    return {**own, "notes": item.notes or [], "release": sheet(item.release)}


def listing(one):
    own = pick(
        one, "id", "status", "condition", "sleeve_condition", "comments", "posted", "allow_offers",
        "weight", "format_quantity", "external_id", "location", "quantity",
    )
    price = {"price": one.price.value, "currency": one.price.currency}
    return {**own, **price, "seller": one.seller.username, "release_id": one.release.id,
            "title": one.release.title}


def track(one):
    return {
        **pick(one, "position", "type_", "title", "duration"),
        "artists": credits(one.artists),
        "extraartists": credits(one.credits),
        "sub_tracks": len(one.data.get("sub_tracks", [])),
    }


def release(client, number):
    try:
        found = client.release(number)
        found.refresh()
    except HTTPError as error:
        return {"status": error.status_code, "message": error.msg}
    stats, suggestions = found.marketplace_stats, found.price_suggestions
    lowest = stats.lowest_price if stats.fetch("lowest_price") else None
    suggestions.refresh()
    return {
        **sheet(found),
        **pick(found, "country", "released", "notes", "data_quality", "date_added", "date_changed"),
        "tracklist": [track(one) for one in found.tracklist],
        "extraartists": credits(found.credits),
        "companies": imprints(found.companies),
        "identifiers": found.data.get("identifiers", []),
        "videos": [video.url for video in found.videos],
        "images": [[image["width"], image["height"]] for image in found.images or []],
        "community": [found.community.have, found.community.want, found.community.rating.count,
                      found.community.rating.average],
        "for_sale": [stats.num_for_sale, lowest and lowest.value, lowest and lowest.currency],
        # In words: not every reader of JSON reads all digits of a number.
        "suggestions": {name: repr(price["value"]) for name, price in suggestions.data.items()
                        if isinstance(price, dict)},
    }


def every(entries, make):
    entries.per_page = 100
    return [make(entry) for entry in entries]


def account(token, *releases):
    client = discogs_client.Client(AGENT, user_token=token)
    me = client.identity()
    folders = me.collection_folders
    return {
        "username": me.username,
        "id": me.id,
        "num_collection": me.num_collection,
        "folders": {str(folder.id): [folder.name, folder.count] for folder in folders},
        "copies": {str(folder.id): every(folder.releases.sort("added"), copy) for folder in folders},
        "wants": every(me.wantlist, lambda want: pick(want, "id", "rating", "notes", "date_added")),
        "listings": every(me.inventory, listing),
        "releases": [release(client, int(number)) for number in releases],
    }


def oauth(key, secret, username):
    client = discogs_client.Client(AGENT, consumer_key=key, consumer_secret=secret)
    token, _, address = client.get_authorize_url()
    with requests.Session() as person:
        person.post("https://www.discogs.com/login", data={"username": username, "return_to": "/my"})
        asked = person.get(address)
        agreed = person.post(
            "https://www.discogs.com/oauth/authorize",
            data={"oauth_token": token, "decision": "authorize"},
        )
    code = re.search(r'id="auth_success_verifier">([^<]+)<', agreed.text)
    client.get_access_token(code.group(1))
    me = client.identity()
    wants = me.wantlist
    return {"asked": "Authorize" in asked.text, "username": me.username, "wants": wants.count,
            "notes": [want.notes for want in wants.page(1)]}


def limit(token):
    client = discogs_client.Client(AGENT, user_token=token)
    client.backoff_enabled = False
    seen = []
    try:
        for _ in range(61):
            client.identity()
            fetcher = client._fetcher
            seen.append([int(fetcher.rate_limit), int(fetcher.rate_limit_used),
                         int(fetcher.rate_limit_remaining)])
    except HTTPError as error:
        refusal = str(error)
    return {"seen": seen, "refusal": refusal}


print(json.dumps({"account": account, "oauth": oauth, "limit": limit}[sys.argv[1]](*sys.argv[2:])))
