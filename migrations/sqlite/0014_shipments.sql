-- A contract with a carrier: the operator's, or a shop's own.
CREATE TABLE carrier_account (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    carrier TEXT NOT NULL,
    -- None: the operator's.
    owner_id BLOB REFERENCES owner (id),
    name TEXT NOT NULL,
    -- Where the carrier listens; its usual address without it.
    base_url TEXT,
    settings TEXT NOT NULL,
    credentials BLOB NOT NULL,
    -- Who sends, and from where.
    origin TEXT NOT NULL,
    -- The part of the address of its webhooks that nobody can guess.
    hook TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT carrier_account_hook UNIQUE (hook)
) STRICT;
CREATE UNIQUE INDEX carrier_account_operator ON carrier_account (warehouse_id, carrier) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX carrier_account_owner ON carrier_account (warehouse_id, carrier, owner_id) WHERE owner_id IS NOT NULL;
-- What a shop wants of delivery, and what carriers print on the buyer's receipt about it.
CREATE TABLE delivery_terms (
    owner_id BLOB NOT NULL REFERENCES owner (id),
    goal TEXT NOT NULL,
    -- Codes of carriers; the first ones are preferred, others are not taken. Empty: all.
    carriers TEXT NOT NULL,
    price_max_kopecks INTEGER,
    buy_out TEXT NOT NULL,
    phone TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id),
    CONSTRAINT delivery_terms_goal CHECK (goal IN ('cheapest', 'fastest', 'preferred')),
    CONSTRAINT delivery_terms_price CHECK (price_max_kopecks > 0),
    CONSTRAINT delivery_terms_buy_out CHECK (buy_out IN ('whole', 'partial'))
) STRICT;
-- Files of carriers: labels and acts, as they came.
CREATE TABLE carrier_file (
    id BLOB NOT NULL,
    media TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    bytes BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
-- A parcel at a carrier.
CREATE TABLE shipment (
    id BLOB NOT NULL,
    parcel_id BLOB NOT NULL REFERENCES parcel (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    -- None while the carrier is being chosen.
    account_id BLOB REFERENCES carrier_account (id),
    carrier TEXT NOT NULL,
    -- Ours; the carrier is told it and asked by it.
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    mode TEXT NOT NULL,
    point_code TEXT NOT NULL,
    tariff TEXT NOT NULL,
    -- What the carrier offered when the tariff was chosen.
    quote TEXT,
    quoted_kopecks INTEGER,
    -- What it is told, as it was told.
    ask TEXT,
    -- It may have gone out: the carrier is asked by our number before anything goes out again.
    sent_at INTEGER,
    -- An attempt at telling it may reach the carrier until then: none before that time is the last.
    told_until INTEGER,
    carrier_ref TEXT NOT NULL,
    track TEXT NOT NULL,
    -- What is wrong: a code, and what its sentence speaks of.
    problem TEXT,
    label_id BLOB REFERENCES carrier_file (id),
    status TEXT,
    status_at INTEGER,
    -- Somebody should look: a failed attempt, a damaged parcel, silence, a closed point.
    attention TEXT,
    -- The last news, and when the carrier is asked again.
    heard_at INTEGER,
    poll_at INTEGER,
    asked_at INTEGER,
    -- A person has seen what it needed attention for.
    seen_at INTEGER,
    created_by BLOB,
    device_id BLOB,
    created_at INTEGER NOT NULL,
    registered_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT shipment_number_unique UNIQUE (number),
    CONSTRAINT shipment_state CHECK (state IN ('choosing', 'waiting', 'checking', 'registered', 'refused', 'cancelling', 'cancelled')),
    CONSTRAINT shipment_mode CHECK (mode IN ('door', 'point', 'locker')),
    CONSTRAINT shipment_account CHECK (state IN ('choosing', 'refused', 'cancelled') OR account_id IS NOT NULL),
    CONSTRAINT shipment_sent CHECK (sent_at IS NULL OR (ask IS NOT NULL AND account_id IS NOT NULL)),
    CONSTRAINT shipment_registered CHECK (state <> 'registered' OR (sent_at IS NOT NULL AND registered_at IS NOT NULL)),
    CONSTRAINT shipment_quoted CHECK (quoted_kopecks >= 0),
    CONSTRAINT shipment_status CHECK (status IN ('created', 'accepted', 'in_transit', 'arrived_at_point', 'out_for_delivery', 'delivered', 'partly_delivered', 'returning', 'returned', 'lost', 'cancelled'))
) STRICT;
-- A parcel is at one carrier, once.
CREATE UNIQUE INDEX shipment_parcel_once ON shipment (parcel_id) WHERE state NOT IN ('cancelling', 'cancelled');
CREATE INDEX shipment_parcel ON shipment (parcel_id);
CREATE INDEX shipment_owner ON shipment (owner_id, id);
CREATE INDEX shipment_track ON shipment (carrier, track) WHERE track <> '';
CREATE INDEX shipment_ref ON shipment (carrier, carrier_ref) WHERE carrier_ref <> '';
CREATE INDEX shipment_work ON shipment (warehouse_id, state, id) WHERE state IN ('choosing', 'waiting', 'checking', 'refused', 'cancelling');
CREATE INDEX shipment_poll ON shipment (account_id, poll_at, id) WHERE poll_at IS NOT NULL;
CREATE INDEX shipment_attention ON shipment (id) WHERE attention IS NOT NULL;
CREATE INDEX shipment_quiet ON shipment (carrier, heard_at, id) WHERE state = 'registered' AND attention IS NULL AND poll_at IS NOT NULL;
CREATE INDEX shipment_point ON shipment (carrier, point_code) WHERE point_code <> '' AND poll_at IS NOT NULL;
-- The carrier's own act of a manifest.
CREATE TABLE carrier_act (
    manifest_id BLOB NOT NULL REFERENCES manifest (id),
    account_id BLOB NOT NULL REFERENCES carrier_account (id),
    state TEXT NOT NULL,
    -- What the carrier said to ask with.
    reference TEXT,
    numbers TEXT NOT NULL,
    -- Parcels that the carrier left out, with its words.
    refused TEXT NOT NULL,
    problem TEXT,
    created_at INTEGER NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (manifest_id, account_id),
    CONSTRAINT carrier_act_state CHECK (state IN ('waiting', 'done', 'refused')),
    CONSTRAINT carrier_act_done CHECK ((state = 'done') = (done_at IS NOT NULL))
) STRICT;
CREATE TABLE carrier_act_file (
    manifest_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    file_id BLOB NOT NULL REFERENCES carrier_file (id),
    PRIMARY KEY (manifest_id, account_id, file_id),
    FOREIGN KEY (manifest_id, account_id) REFERENCES carrier_act (manifest_id, account_id)
) STRICT;
-- A carrier's courier is called to fetch parcels (забор).
CREATE TABLE carrier_pickup (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    account_id BLOB NOT NULL REFERENCES carrier_account (id),
    carrier TEXT NOT NULL,
    -- Ours; people name the call by it.
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    -- What the carrier is told.
    ask TEXT NOT NULL,
    state TEXT NOT NULL,
    -- It may have gone out: what the carrier does with a second call says whether it goes out again.
    sent_at INTEGER,
    -- The carrier's number; empty when it told none.
    reference TEXT NOT NULL,
    problem TEXT,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    told_at INTEGER,
    cancelled_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT carrier_pickup_number UNIQUE (warehouse_id, number),
    CONSTRAINT carrier_pickup_state CHECK (state IN ('waiting', 'checking', 'told', 'refused', 'unclear', 'cancelling', 'cancelled')),
    CONSTRAINT carrier_pickup_times CHECK (starts_at < ends_at),
    CONSTRAINT carrier_pickup_sent CHECK (state NOT IN ('checking', 'told', 'unclear', 'cancelling') OR sent_at IS NOT NULL),
    CONSTRAINT carrier_pickup_told CHECK (state <> 'told' OR told_at IS NOT NULL),
    CONSTRAINT carrier_pickup_cancelled CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
) STRICT;
-- One courier of a contract comes on a day.
CREATE UNIQUE INDEX carrier_pickup_once ON carrier_pickup (account_id, day, warehouse_id) WHERE state <> 'cancelled';
-- Everything that carriers and people told of shipments, for ever.
CREATE TABLE tracking_event (
    id BLOB NOT NULL,
    shipment_id BLOB NOT NULL REFERENCES shipment (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    -- The same event told again has the same print.
    print BLOB NOT NULL,
    code TEXT NOT NULL,
    words TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    place TEXT NOT NULL,
    leg TEXT NOT NULL,
    -- None: the code is in no table, or moves nothing.
    status TEXT,
    flag TEXT,
    is_known INTEGER NOT NULL CHECK (is_known IN (0, 1)),
    source TEXT NOT NULL,
    -- Who entered it.
    actor_id BLOB,
    raw TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT tracking_event_once UNIQUE (shipment_id, print),
    CONSTRAINT tracking_event_leg CHECK (leg IN ('direct', 'return')),
    CONSTRAINT tracking_event_source CHECK (source IN ('carrier', 'person')),
    CONSTRAINT tracking_event_actor CHECK (source = 'person' OR actor_id IS NULL)
) STRICT;
-- When the events of an account that the carrier keeps in a queue are fetched again. Who fetches them
-- has moved the time first.
CREATE TABLE tracking_queue (
    account_id BLOB NOT NULL REFERENCES carrier_account (id),
    next_at INTEGER NOT NULL,
    PRIMARY KEY (account_id)
) STRICT;
-- Questions about many shipments whose answer is collected later. One that was answered is gone.
CREATE TABLE tracking_ticket (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES carrier_account (id),
    -- None: the carrier is being asked for it.
    ticket TEXT,
    -- The shipments that were asked for, and what the carrier knows them by.
    asked TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    -- Who collects it has moved the time first.
    collect_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX tracking_ticket_due ON tracking_ticket (account_id, collect_at);
-- Messages that carriers sent by themselves, as they came.
CREATE TABLE carrier_message (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES carrier_account (id),
    sha256 BLOB NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT carrier_message_once UNIQUE (account_id, sha256)
) STRICT;
