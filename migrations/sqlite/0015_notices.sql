-- What happened to a shop's parcels, in the order in which it was committed; never changed.
CREATE TABLE shop_event (
    owner_id BLOB NOT NULL REFERENCES owner (id),
    -- Without gaps, per owner: a reader that has seen n has seen all before it.
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, seq),
    CONSTRAINT shop_event_id_unique UNIQUE (id),
    CONSTRAINT shop_event_seq CHECK (seq > 0)
) STRICT;

-- The row is a lock until the commit, so that numbers become visible in their order.
CREATE TABLE shop_event_series (
    owner_id BLOB NOT NULL REFERENCES owner (id),
    last_seq INTEGER NOT NULL,
    endpoints INTEGER NOT NULL,
    -- The event whose job is queued: those after it need none.
    queued_seq INTEGER,
    PRIMARY KEY (owner_id),
    CONSTRAINT shop_event_series_counts CHECK (last_seq >= 0 AND endpoints >= 0)
) STRICT;

-- Where shops want to be told of events.
CREATE TABLE webhook_endpoint (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    url TEXT NOT NULL,
    -- Sealed. The old one signs as well, until its time is over.
    secret BLOB NOT NULL,
    secret_old BLOB,
    secret_old_until INTEGER,
    -- A list of kinds; an empty one means all.
    kinds TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- The last event that was delivered or not wanted.
    sent_seq INTEGER NOT NULL,
    -- Of the event after it.
    attempts INTEGER NOT NULL,
    next_try_at INTEGER,
    failing_since INTEGER,
    last_try_at INTEGER,
    last_status INTEGER,
    last_trouble TEXT,
    -- Who sends at the moment.
    lease_id BLOB,
    leased_until INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT webhook_endpoint_state CHECK (state IN ('active', 'paused', 'disabled')),
    CONSTRAINT webhook_endpoint_counts CHECK (sent_seq >= 0 AND attempts >= 0)
) STRICT;
CREATE INDEX webhook_endpoint_owner ON webhook_endpoint (owner_id, id);

-- Hosts that the operator trusts: they may be told over http and may be inside the own network.
CREATE TABLE webhook_host (
    name TEXT NOT NULL,
    PRIMARY KEY (name)
) STRICT;
