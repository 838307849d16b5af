CREATE TABLE manifest (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    number TEXT NOT NULL,
    carrier TEXT NOT NULL,
    pickup_point TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    act_number TEXT,
    created_at INTEGER NOT NULL,
    closed_at INTEGER,
    closed_by BLOB,
    -- What the act says, as it was when the manifest was closed: papers are drawn from this alone.
    act TEXT,
    PRIMARY KEY (id),
    CONSTRAINT manifest_number_unique UNIQUE (warehouse_id, number),
    CONSTRAINT manifest_state CHECK (state IN ('open', 'closed', 'cancelled')),
    CONSTRAINT manifest_act CHECK ((state = 'closed') = (act_number IS NOT NULL AND closed_at IS NOT NULL AND act IS NOT NULL))
) STRICT;
CREATE INDEX manifest_list ON manifest (warehouse_id, id);
CREATE UNIQUE INDEX manifest_open ON manifest (warehouse_id, carrier, pickup_point, day) WHERE state = 'open';
CREATE TABLE manifest_parcel (
    manifest_id BLOB NOT NULL REFERENCES manifest (id),
    parcel_id BLOB NOT NULL REFERENCES parcel (id),
    state TEXT NOT NULL,
    loaded_at INTEGER,
    PRIMARY KEY (manifest_id, parcel_id),
    CONSTRAINT manifest_parcel_state CHECK (state IN ('expected', 'loaded', 'missing', 'removed')),
    CONSTRAINT manifest_parcel_loaded CHECK ((state = 'loaded') = (loaded_at IS NOT NULL))
) STRICT;
-- A parcel travels with one manifest. One that was missing at closing may go with the next.
CREATE UNIQUE INDEX manifest_parcel_once ON manifest_parcel (parcel_id) WHERE state IN ('expected', 'loaded');
CREATE INDEX manifest_parcel_parcel ON manifest_parcel (parcel_id);
