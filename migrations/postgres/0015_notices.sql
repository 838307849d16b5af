-- What happened to a shop's parcels, in the order in which it was committed; never changed.
CREATE TABLE shop_event (
    owner_id UUID NOT NULL REFERENCES owner (id),
    -- Without gaps, per owner: a reader that has seen n has seen all before it.
    seq BIGINT NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    data JSONB NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner_id, seq),
    CONSTRAINT shop_event_id_unique UNIQUE (id),
    CONSTRAINT shop_event_seq CHECK (seq > 0)
);

-- The row is a lock until the commit, so that numbers become visible in their order.
CREATE TABLE shop_event_series (
    owner_id UUID NOT NULL REFERENCES owner (id),
    last_seq BIGINT NOT NULL,
    endpoints BIGINT NOT NULL,
    -- The event whose job is queued: those after it need none.
    queued_seq BIGINT,
    PRIMARY KEY (owner_id),
    CONSTRAINT shop_event_series_counts CHECK (last_seq >= 0 AND endpoints >= 0)
);

-- Where shops want to be told of events.
CREATE TABLE webhook_endpoint (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    url TEXT COLLATE "C" NOT NULL,
    -- Sealed. The old one signs as well, until its time is over.
    secret BYTEA NOT NULL,
    secret_old BYTEA,
    secret_old_until TIMESTAMPTZ,
    -- A list of kinds; an empty one means all.
    kinds JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    -- The last event that was delivered or not wanted.
    sent_seq BIGINT NOT NULL,
    -- Of the event after it.
    attempts BIGINT NOT NULL,
    next_try_at TIMESTAMPTZ,
    failing_since TIMESTAMPTZ,
    last_try_at TIMESTAMPTZ,
    last_status BIGINT,
    last_trouble TEXT COLLATE "C",
    -- Who sends at the moment.
    lease_id UUID,
    leased_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT webhook_endpoint_state CHECK (state IN ('active', 'paused', 'disabled')),
    CONSTRAINT webhook_endpoint_counts CHECK (sent_seq >= 0 AND attempts >= 0)
);
CREATE INDEX webhook_endpoint_owner ON webhook_endpoint (owner_id, id);

-- Hosts that the operator trusts: they may be told over http and may be inside the own network.
CREATE TABLE webhook_host (
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);
