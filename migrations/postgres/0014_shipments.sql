-- A contract with a carrier: the operator's, or a shop's own.
CREATE TABLE carrier_account (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    carrier TEXT COLLATE "C" NOT NULL,
    -- None: the operator's.
    owner_id UUID REFERENCES owner (id),
    name TEXT COLLATE "C" NOT NULL,
    -- Where the carrier listens; its usual address without it.
    base_url TEXT COLLATE "C",
    settings JSONB NOT NULL,
    credentials BYTEA NOT NULL,
    -- Who sends, and from where.
    origin JSONB NOT NULL,
    -- The part of the address of its webhooks that nobody can guess.
    hook TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT carrier_account_hook UNIQUE (hook)
);
CREATE UNIQUE INDEX carrier_account_operator ON carrier_account (warehouse_id, carrier) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX carrier_account_owner ON carrier_account (warehouse_id, carrier, owner_id) WHERE owner_id IS NOT NULL;
-- What a shop wants of delivery, and what carriers print on the buyer's receipt about it.
CREATE TABLE delivery_terms (
    owner_id UUID NOT NULL REFERENCES owner (id),
    goal TEXT COLLATE "C" NOT NULL,
    -- Codes of carriers; the first ones are preferred, others are not taken. Empty: all.
    carriers JSONB NOT NULL,
    price_max_kopecks BIGINT,
    buy_out TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner_id),
    CONSTRAINT delivery_terms_goal CHECK (goal IN ('cheapest', 'fastest', 'preferred')),
    CONSTRAINT delivery_terms_price CHECK (price_max_kopecks > 0),
    CONSTRAINT delivery_terms_buy_out CHECK (buy_out IN ('whole', 'partial'))
);
-- Files of carriers: labels and acts, as they came.
CREATE TABLE carrier_file (
    id UUID NOT NULL,
    media TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sha256 BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id)
);
-- A parcel at a carrier.
CREATE TABLE shipment (
    id UUID NOT NULL,
    parcel_id UUID NOT NULL REFERENCES parcel (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    -- None while the carrier is being chosen.
    account_id UUID REFERENCES carrier_account (id),
    carrier TEXT COLLATE "C" NOT NULL,
    -- Ours; the carrier is told it and asked by it.
    number TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    point_code TEXT COLLATE "C" NOT NULL,
    tariff TEXT COLLATE "C" NOT NULL,
    -- What the carrier offered when the tariff was chosen.
    quote JSONB,
    quoted_kopecks BIGINT,
    -- What it is told, as it was told.
    ask JSONB,
    -- It may have gone out: the carrier is asked by our number before anything goes out again.
    sent_at TIMESTAMPTZ,
    -- An attempt at telling it may reach the carrier until then: none before that time is the last.
    told_until TIMESTAMPTZ,
    carrier_ref TEXT COLLATE "C" NOT NULL,
    track TEXT COLLATE "C" NOT NULL,
    -- What is wrong: a code, and what its sentence speaks of.
    problem JSONB,
    label_id UUID REFERENCES carrier_file (id),
    status TEXT COLLATE "C",
    status_at TIMESTAMPTZ,
    -- Somebody should look: a failed attempt, a damaged parcel, silence, a closed point.
    attention TEXT COLLATE "C",
    -- The last news, and when the carrier is asked again.
    heard_at TIMESTAMPTZ,
    poll_at TIMESTAMPTZ,
    asked_at TIMESTAMPTZ,
    -- A person has seen what it needed attention for.
    seen_at TIMESTAMPTZ,
    created_by UUID,
    device_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    registered_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT shipment_number_unique UNIQUE (number),
    CONSTRAINT shipment_state CHECK (state IN ('choosing', 'waiting', 'checking', 'registered', 'refused', 'cancelling', 'cancelled')),
    CONSTRAINT shipment_mode CHECK (mode IN ('door', 'point', 'locker')),
    CONSTRAINT shipment_account CHECK (state IN ('choosing', 'refused', 'cancelled') OR account_id IS NOT NULL),
    CONSTRAINT shipment_sent CHECK (sent_at IS NULL OR (ask IS NOT NULL AND account_id IS NOT NULL)),
    CONSTRAINT shipment_registered CHECK (state <> 'registered' OR (sent_at IS NOT NULL AND registered_at IS NOT NULL)),
    CONSTRAINT shipment_quoted CHECK (quoted_kopecks >= 0),
    CONSTRAINT shipment_status CHECK (status IN ('created', 'accepted', 'in_transit', 'arrived_at_point', 'out_for_delivery', 'delivered', 'partly_delivered', 'returning', 'returned', 'lost', 'cancelled'))
);
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
    manifest_id UUID NOT NULL REFERENCES manifest (id),
    account_id UUID NOT NULL REFERENCES carrier_account (id),
    state TEXT COLLATE "C" NOT NULL,
    -- What the carrier said to ask with.
    reference TEXT COLLATE "C",
    numbers JSONB NOT NULL,
    -- Parcels that the carrier left out, with its words.
    refused JSONB NOT NULL,
    problem JSONB,
    created_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ,
    PRIMARY KEY (manifest_id, account_id),
    CONSTRAINT carrier_act_state CHECK (state IN ('waiting', 'done', 'refused')),
    CONSTRAINT carrier_act_done CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE TABLE carrier_act_file (
    manifest_id UUID NOT NULL,
    account_id UUID NOT NULL,
    file_id UUID NOT NULL REFERENCES carrier_file (id),
    PRIMARY KEY (manifest_id, account_id, file_id),
    FOREIGN KEY (manifest_id, account_id) REFERENCES carrier_act (manifest_id, account_id)
);
-- A carrier's courier is called to fetch parcels (забор).
CREATE TABLE carrier_pickup (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    account_id UUID NOT NULL REFERENCES carrier_account (id),
    carrier TEXT COLLATE "C" NOT NULL,
    -- Ours; people name the call by it.
    number TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    -- What the carrier is told.
    ask JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- It may have gone out: what the carrier does with a second call says whether it goes out again.
    sent_at TIMESTAMPTZ,
    -- The carrier's number; empty when it told none.
    reference TEXT COLLATE "C" NOT NULL,
    problem JSONB,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    told_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT carrier_pickup_number UNIQUE (warehouse_id, number),
    CONSTRAINT carrier_pickup_state CHECK (state IN ('waiting', 'checking', 'told', 'refused', 'unclear', 'cancelling', 'cancelled')),
    CONSTRAINT carrier_pickup_times CHECK (starts_at < ends_at),
    CONSTRAINT carrier_pickup_sent CHECK (state NOT IN ('checking', 'told', 'unclear', 'cancelling') OR sent_at IS NOT NULL),
    CONSTRAINT carrier_pickup_told CHECK (state <> 'told' OR told_at IS NOT NULL),
    CONSTRAINT carrier_pickup_cancelled CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
);
-- One courier of a contract comes on a day.
CREATE UNIQUE INDEX carrier_pickup_once ON carrier_pickup (account_id, day, warehouse_id) WHERE state <> 'cancelled';
-- Everything that carriers and people told of shipments, for ever.
CREATE TABLE tracking_event (
    id UUID NOT NULL,
    shipment_id UUID NOT NULL REFERENCES shipment (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    -- The same event told again has the same print.
    print BYTEA NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    words TEXT COLLATE "C" NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    leg TEXT COLLATE "C" NOT NULL,
    -- None: the code is in no table, or moves nothing.
    status TEXT COLLATE "C",
    flag TEXT COLLATE "C",
    is_known BOOLEAN NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    -- Who entered it.
    actor_id UUID,
    raw JSONB NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT tracking_event_once UNIQUE (shipment_id, print),
    CONSTRAINT tracking_event_leg CHECK (leg IN ('direct', 'return')),
    CONSTRAINT tracking_event_source CHECK (source IN ('carrier', 'person')),
    CONSTRAINT tracking_event_actor CHECK (source = 'person' OR actor_id IS NULL)
);
-- When the events of an account that the carrier keeps in a queue are fetched again. Who fetches them
-- has moved the time first.
CREATE TABLE tracking_queue (
    account_id UUID NOT NULL REFERENCES carrier_account (id),
    next_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id)
);
-- Questions about many shipments whose answer is collected later. One that was answered is gone.
CREATE TABLE tracking_ticket (
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES carrier_account (id),
    -- None: the carrier is being asked for it.
    ticket TEXT COLLATE "C",
    -- The shipments that were asked for, and what the carrier knows them by.
    asked JSONB NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    -- Who collects it has moved the time first.
    collect_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX tracking_ticket_due ON tracking_ticket (account_id, collect_at);
-- Messages that carriers sent by themselves, as they came.
CREATE TABLE carrier_message (
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES carrier_account (id),
    sha256 BYTEA NOT NULL,
    body BYTEA NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT carrier_message_once UNIQUE (account_id, sha256)
);
